package com.aethel.runtime.assets;

import java.util.Map;

/** The game's own origin, which no server has: every request to it is answered by the application. */
public final class Origin {
    /** Names below {@code .invalid} are never registered (RFC 2606); {@code https} makes it a secure context. */
    public static final String ADDRESS = "https://game.aethel.invalid";

    private Origin() {
    }

    /** What an address names on the own origin, from its first slash on; null for any other origin. */
    public static String targetOf(String address) {
        int length = ADDRESS.length();
        if (address == null || !address.startsWith(ADDRESS)) {
            return null;
        }
        if (address.length() == length) {
            return "/";
        }
        char next = address.charAt(length);
        return next == '/' ? address.substring(length) : next == '?' || next == '#' ? "/" + address.substring(length) : null;
    }

    /**
     * Whether a request comes from a page of the own origin. The web view asks no server whether another origin may send a
     * header, as it would ask a real one, so that the header alone proves nothing. It names the page that sends a request
     * (Referer), which no page can forge, and the script of the runtime sees to it that the game's own pages are named.
     */
    static boolean isSender(Map<String, String> headers) {
        String origin = header(headers, "Origin");
        String page = header(headers, "Referer");
        if (origin != null && !origin.equals(ADDRESS)) {
            return false;
        }
        return page == null ? origin != null : targetOf(page) != null;
    }

    /** A header by its name, in whatever case it came; null when it did not come. */
    static String header(Map<String, String> headers, String name) {
        for (Map.Entry<String, String> header : headers.entrySet()) {
            if (name.equalsIgnoreCase(header.getKey())) {
                return header.getValue();
            }
        }
        return null;
    }
}
