package com.aethel.runtime.rules;

/** The version of the web view, which is Chromium's, and whether a game runs in it. */
public final class WebViewVersion {
    /** The oldest for a game that does not say which: the first with all of ECMAScript 2022, of September 2021. */
    public static final int OLDEST = 94;
    private static final String NAME = " Chrome/";

    private WebViewVersion() {
    }

    /** The major version that a user agent names; 0 when it names none. */
    public static int of(String userAgent) {
        int start = userAgent.indexOf(NAME);
        int version = 0;
        for (int i = start + NAME.length(); start >= 0 && i < userAgent.length(); i++) {
            int digit = userAgent.charAt(i) - '0';
            if (digit < 0 || digit > 9 || version > 99_999) {
                break;
            }
            version = version * 10 + digit;
        }
        return version;
    }

    /** Whether the game must not be started. A web view that hides its version is given the chance. */
    public static boolean isTooOld(int version, int oldest) {
        return version > 0 && version < oldest;
    }
}
