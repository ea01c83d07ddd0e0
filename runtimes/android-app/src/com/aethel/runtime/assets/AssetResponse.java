package com.aethel.runtime.assets;

import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** An answer to a request of the page. */
public final class AssetResponse {
    public final int status;
    public final String type;
    /** The encoding of a text; null where there is none, or where the text declares it. */
    public final String charset;
    /** All headers but Content-Type and Content-Length. */
    public final Map<String, String> headers;
    /** The size of the body that a GET has; a HEAD tells it too. */
    public final long length;
    public final InputStream body;

    private AssetResponse(int status, String type, String charset, Map<String, String> headers, Asset asset,
                          long first, long end) {
        this.status = status;
        this.type = type;
        this.charset = charset;
        this.headers = headers;
        this.length = end - first;
        this.body = new RangeStream(asset, first, end);
    }

    /** The answer without content, that only its status tells. */
    static AssetResponse empty(int status, String name, String value) {
        Map<String, String> headers = usual();
        if (name != null) {
            headers.put(name, value);
        }
        return new AssetResponse(status, "text/plain", "utf-8", headers, null, 0, 0);
    }

    /** The answer at which a page stays where it is, wherever it was about to go. */
    public static AssetResponse staying() {
        return empty(204, null, null);
    }

    /** The answer with a whole file or a part of it. */
    static AssetResponse of(Asset asset, String type, String charset, ByteRange range, boolean isHead) {
        Map<String, String> headers = usual();
        headers.put("Accept-Ranges", "bytes");
        if (range.isPart) {
            headers.put("Content-Range", range.contentRange(asset.length()));
        }
        return new AssetResponse(
            range.isPart ? 206 : 200, type, charset, headers, isHead ? null : asset, range.first, range.last + 1);
    }

    /** This answer, with the two headers that let a page share memory with its workers. */
    AssetResponse isolated() {
        headers.put("Cross-Origin-Opener-Policy", "same-origin");
        headers.put("Cross-Origin-Embedder-Policy", "require-corp");
        return this;
    }

    /** A word for the status, which nobody reads any more; the web view accepts no answer without. */
    public String reason() {
        return status < 400 ? "OK" : "Error";
    }

    private static Map<String, String> usual() {
        Map<String, String> headers = new LinkedHashMap<String, String>();
        headers.put("Cache-Control", "no-cache"); // the next version of the game has the same origin
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put("Cross-Origin-Resource-Policy", "same-origin");
        return headers;
    }
}
