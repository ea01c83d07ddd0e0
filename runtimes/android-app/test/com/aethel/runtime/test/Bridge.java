package com.aethel.runtime.test;

import com.aethel.runtime.assets.AssetResponse;
import com.aethel.runtime.assets.AssetServer;
import com.aethel.runtime.assets.Origin;
import com.aethel.runtime.rules.RuntimeScript;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;

/**
 * The runtime's class files behind HTTP, so that a browser plays a game through them. It prints its port, then each command
 * of the page; what is asked of it is taken for a request to the game's own origin.
 *
 * <p>Arguments: the game's folder, its entry page, "isolated" or "shared", the file with the page's script.
 */
final class Bridge {
    private final AssetServer server;

    private Bridge(Path folder, String entry, boolean isIsolated, String script) {
        server = new AssetServer(new FolderAssets(folder), (command, parameters) -> {
            System.out.println(command + " " + parameters);
            System.out.flush();
            return true;
        }, entry, isIsolated, script);
    }

    public static void main(String[] arguments) throws IOException {
        Path folder = Paths.get(arguments[0]);
        String game = new String(Files.readAllBytes(folder.resolve("aethel-app.json")), "UTF-8");
        String function = new String(Files.readAllBytes(Paths.get(arguments[3])), "UTF-8");
        String script = RuntimeScript.of(function, game, "arm64-v8a");
        Bridge bridge = new Bridge(folder, arguments[1], arguments[2].equals("isolated"), script);
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.setExecutor(Executors.newCachedThreadPool());
        http.createContext("/", bridge::exchange);
        http.start();
        System.out.println(http.getAddress().getPort());
        System.out.flush();
    }

    private void exchange(HttpExchange exchange) throws IOException {
        String here = "http://" + exchange.getRequestHeaders().getFirst("Host");
        Map<String, String> headers = new LinkedHashMap<>();
        exchange.getRequestHeaders().forEach((name, values) -> {
            String value = values.get(0);
            headers.put(name, value.startsWith(here) ? Origin.ADDRESS + value.substring(here.length()) : value);
        });
        AssetResponse response =
            server.respond(exchange.getRequestMethod(), exchange.getRequestURI().toString(), headers);
        Headers sent = exchange.getResponseHeaders();
        response.headers.forEach(sent::set);
        sent.set("Content-Type", response.type + (response.charset == null ? "" : "; charset=" + response.charset));
        boolean hasBody = !exchange.getRequestMethod().equals("HEAD") && response.length > 0;
        exchange.sendResponseHeaders(response.status, hasBody ? response.length : -1);
        try (InputStream body = response.body; OutputStream out = exchange.getResponseBody()) {
            if (hasBody) {
                body.transferTo(out);
            }
        } catch (IOException e) {
            exchange.close(); // the browser has seen enough
        }
    }
}
