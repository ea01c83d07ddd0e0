package com.aethel.runtime.assets;

import java.io.InputStream;
import java.util.Collections;
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
                          long first, long end, boolean hasBody) {
        this.status = status;
        this.type = type;
        this.charset = charset;
        this.headers = Collections.unmodifiableMap(headers);
        this.length = end - first;
        this.body = new RangeStream(hasBody ? asset : null, first, end);
    }

    /** The answer without content, that only its status tells. */
    static AssetResponse empty(int status, String name, String value) {
        Map<String, String> headers = usual();
        if (name != null) {
            headers.put(name, value);
        }
        return new AssetResponse(status, "text/plain", "utf-8", headers, TextAsset.EMPTY, 0, 0, true);
    }

    /** The answer with a whole file or a part of it. */
    static AssetResponse of(Asset asset, String type, String charset, ByteRange range, boolean isHead) {
        Map<String, String> headers = usual();
        headers.put("Accept-Ranges", "bytes");
        if (range.isPart) {
            headers.put("Content-Range", range.contentRange(asset.length()));
        }
        return new AssetResponse(
            range.isPart ? 206 : 200, type, charset, headers, asset, range.first, range.last + 1, !isHead);
    }

    /** This answer, with the two headers that let a page share memory with its workers. */
    AssetResponse isolated() {
        Map<String, String> more = new LinkedHashMap<String, String>(headers);
        more.put("Cross-Origin-Opener-Policy", "same-origin");
        more.put("Cross-Origin-Embedder-Policy", "require-corp");
        return new AssetResponse(this, more);
    }

    private AssetResponse(AssetResponse other, Map<String, String> headers) {
        this.status = other.status;
        this.type = other.type;
        this.charset = other.charset;
        this.headers = Collections.unmodifiableMap(headers);
        this.length = other.length;
        this.body = other.body;
    }

    /** What HTTP calls this status; the web view accepts no answer without. */
    public String reason() {
        switch (status) {
            case 200: return "OK";
            case 206: return "Partial Content";
            case 400: return "Bad Request";
            case 404: return "Not Found";
            case 405: return "Method Not Allowed";
            case 416: return "Range Not Satisfiable";
            default: return "Internal Server Error";
        }
    }

    private static Map<String, String> usual() {
        Map<String, String> headers = new LinkedHashMap<String, String>();
        headers.put("Cache-Control", "no-cache"); // the next version of the game has the same origin
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put("Cross-Origin-Resource-Policy", "same-origin");
        return headers;
    }
}
