package com.aethel.runtime.assets;

/** The path of a file, as an address names it; every character of the address is hostile. */
final class AssetPath {
    static final int LONGEST = 1024; // characters; the exporter refuses longer names long before
    private static final String FOLDER_PAGE = "index.html";

    private AssetPath() {
    }

    /**
     * Reads the path of a request's target.
     *
     * @param target The target from its first slash on, with or without a query.
     * @param entry  The page that stands for the root.
     * @return A relative path that cannot leave the game's folder, or null when there is none.
     */
    static String of(String target, String entry) {
        String raw = withoutQuery(target);
        if (!raw.startsWith("/") || raw.length() > 3 * LONGEST) {
            return null;
        }
        String path = PercentDecoder.decode(raw.substring(1));
        if (path == null || path.length() > LONGEST) {
            return null;
        }
        if (path.isEmpty()) {
            return entry;
        }
        return isSafe(path) ? path.endsWith("/") ? path + FOLDER_PAGE : path : null;
    }

    /** Whether a path has only names in it: no way up or to the root, nothing that a system reads otherwise. */
    static boolean isSafe(String path) {
        if (path.startsWith("/")) {
            return false;
        }
        for (int i = 0; i < path.length(); i++) {
            char letter = path.charAt(i);
            if (letter < ' ' || letter == 0x7f || letter == '\\') {
                return false;
            }
        }
        String whole = "/" + path + "/";
        return !whole.contains("/../") && !whole.contains("/./");
    }

    static String withoutQuery(String target) {
        int end = target.length();
        for (int i = 0; i < end; i++) {
            if (target.charAt(i) == '?' || target.charAt(i) == '#') {
                end = i;
            }
        }
        return target.substring(0, end);
    }
}
