package com.aethel.runtime.assets;

import java.io.IOException;
import java.text.Normalizer;
import java.util.Map;

/** The game as a web site: a request in, an answer out. It knows nothing of Android, and any thread may ask it. */
public final class AssetServer {
    private static final String OWN = "/.aethel/";
    private static final String SCRIPT = "/.aethel/runtime.js";
    private static final String TAG = "<script src=\"" + SCRIPT + "\"></script>";
    private static final String SCRIPTS = "text/javascript";

    private final AssetSource source;
    private final CommandRunner commands;
    private final String entry;
    private final boolean isIsolated;
    private final Asset script;

    /**
     * @param entry      The page that the root stands for.
     * @param isIsolated Whether the game wants shared memory.
     * @param script     The runtime's script, which every page runs before its own.
     */
    public AssetServer(AssetSource source, CommandRunner commands, String entry, boolean isIsolated, String script) {
        this.source = source;
        this.commands = commands;
        this.entry = entry;
        this.isIsolated = isIsolated;
        this.script = new TextAsset(script);
    }

    /**
     * Answers a request.
     *
     * @param target What {@link Origin#targetOf} finds in its address.
     */
    public AssetResponse respond(String method, String target, Map<String, String> headers) {
        try {
            if (target.startsWith(OWN)) {
                return respondOwn(method, target, headers);
            }
            if (!isRead(method)) {
                return AssetResponse.empty(405, "Allow", "GET, HEAD");
            }
            AssetResponse response = respondFile(method, target, headers);
            return isIsolated ? response.isolated() : response;
        } catch (IOException e) {
            return AssetResponse.empty(500, null, null);
        }
    }

    private AssetResponse respondOwn(String method, String target, Map<String, String> headers) {
        String path = AssetPath.withoutQuery(target);
        if (isRead(method)) {
            return path.equals(SCRIPT) ? answer(script, SCRIPTS, "utf-8", method, headers)
                : AssetResponse.empty(404, null, null);
        }
        if (!method.equals("POST")) {
            return AssetResponse.empty(405, "Allow", "GET, HEAD, POST");
        }
        boolean isAllowed = "1".equals(Origin.header(headers, "Aethel-Page")) && Origin.isSender(headers);
        boolean isDone = isAllowed && commands.run(path.substring(OWN.length()), PercentDecoder.parametersOf(target));
        Asset answer = new TextAsset("{\"success\":" + isDone + "}");
        return AssetResponse.of(answer, "application/json", null, ByteRange.of(null, answer.length()), false);
    }

    private AssetResponse respondFile(String method, String target, Map<String, String> headers) throws IOException {
        String path = AssetPath.of(target, entry);
        if (path == null) {
            return AssetResponse.empty(400, null, null);
        }
        Asset asset = find(path);
        if (asset == null) {
            return AssetResponse.empty(404, null, null);
        }
        String type = MediaTypes.of(path);
        if (type.equals(MediaTypes.HTML)) {
            Page page = Page.with(TAG, asset);
            return answer(page, type, page.encoding(), method, headers);
        }
        return answer(asset, type, MediaTypes.charset(type), method, headers);
    }

    /** Finds a file by its name, or by what Unicode holds for the same name: systems write an é in two ways. */
    private Asset find(String path) throws IOException {
        Asset asset = source.find(path);
        if (asset != null) {
            return asset;
        }
        String composed = Normalizer.normalize(path, Normalizer.Form.NFC);
        String decomposed = Normalizer.normalize(path, Normalizer.Form.NFD);
        String other = composed.equals(path) ? decomposed : composed;
        return other.equals(path) || !AssetPath.isSafe(other) ? null : source.find(other);
    }

    private static AssetResponse answer(Asset asset, String type, String charset, String method,
                                        Map<String, String> headers) {
        // No answer has a validator, so that none that If-Range names can match: the whole file then (RFC 9110, 13.1.5).
        String wanted = Origin.header(headers, "If-Range") == null ? Origin.header(headers, "Range") : null;
        ByteRange range = ByteRange.of(method.equals("GET") ? wanted : null, asset.length());
        if (range == null) {
            return AssetResponse.empty(416, "Content-Range", "bytes */" + asset.length());
        }
        return AssetResponse.of(asset, type, charset, range, method.equals("HEAD"));
    }

    private static boolean isRead(String method) {
        return method.equals("GET") || method.equals("HEAD");
    }
}
