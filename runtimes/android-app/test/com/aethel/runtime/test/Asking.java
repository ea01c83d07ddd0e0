package com.aethel.runtime.test;

import com.aethel.runtime.assets.AssetResponse;
import com.aethel.runtime.assets.AssetServer;
import com.aethel.runtime.assets.Origin;
import com.aethel.runtime.rules.BackPresses;
import com.aethel.runtime.rules.Links;
import com.aethel.runtime.rules.RuntimeScript;
import com.aethel.runtime.rules.WebViewVersion;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks the runtime's class files, one question a line: words in base64, divided by spaces; the answer is a line of JSON.
 *
 * <p>Arguments: the game's folder, its entry page, "isolated" or "shared".
 */
final class Asking {
    static final String SCRIPT = "/* runtime */\n";
    private final AssetServer server;
    private final List<String> commands = new ArrayList<>();
    private final BackPresses presses = new BackPresses();

    private Asking(String folder, String entry, boolean isIsolated) {
        server = new AssetServer(new FolderAssets(Paths.get(folder)), (command, parameters) -> {
            commands.add(command + parameters);
            return !command.equals("impossible");
        }, entry, isIsolated, SCRIPT);
    }

    public static void main(String[] arguments) throws IOException {
        Asking asking = new Asking(arguments[0], arguments[1], arguments[2].equals("isolated"));
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            List<String> words = new ArrayList<>();
            for (String word : line.split(" ", -1)) {
                words.add(new String(Base64.getDecoder().decode(word), StandardCharsets.UTF_8));
            }
            System.out.println(asking.answer(words));
            System.out.flush();
        }
    }

    private Json answer(List<String> words) throws IOException {
        String first = words.get(1);
        switch (words.get(0)) {
            case "link": return new Json().with("value", Links.of(first, words.get(2).equals("page")));
            case "version": return new Json().with("value", WebViewVersion.of(first))
                .with("old", WebViewVersion.isTooOld(WebViewVersion.of(first), Integer.parseInt(words.get(2))));
            case "staying": return new Json().with("value", AssetResponse.staying().status);
            case "target": return new Json().with("value", Origin.targetOf(first));
            case "script": return new Json().with("value", RuntimeScript.of(first, words.get(2), words.get(3)));
            case "back-script": return new Json().with("value", BackPresses.script(first.equals("pause")));
            case "back": return new Json().with("second", presses.isSecond(Long.parseLong(words.get(3))))
                .with("value", presses.press(first.equals("handled"), words.get(2).equals("history"),
                    Long.parseLong(words.get(3))));
            default: return response(words);
        }
    }

    private Json response(List<String> words) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        for (int i = 3; i + 1 < words.size(); i += 2) {
            headers.put(words.get(i), words.get(i + 1));
        }
        commands.clear();
        AssetResponse response = server.respond(words.get(1), words.get(2), headers);
        byte[] body;
        long length;
        if (words.get(0).equals("web view")) {
            WebViewReader reader = new WebViewReader(response, headers.get("Range"));
            body = reader.body;
            length = reader.length;
        } else {
            body = response.body.readAllBytes();
            length = response.length;
        }
        return new Json().with("status", response.status).with("reason", response.reason())
            .with("type", response.type).with("charset", response.charset).with("headers", response.headers)
            .with("length", length).with("body", Base64.getEncoder().encodeToString(body))
            .with("commands", commands.toString());
    }
}
