package com.aethel.runtime.rules;

import com.aethel.runtime.assets.Origin;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Where an address leads that a page goes to. */
public final class Links {
    /** What other applications may be asked to open; never intent: or file:, with which a page could do more. */
    private static final List<String> OTHERS = Arrays.asList("http", "https", "mailto", "tel");
    /** What a page loads into a frame, or into itself, without asking anybody. */
    private static final List<String> PAGES_OWN = Arrays.asList("about", "blob", "data", "javascript");

    /** It stays in the game's window: a page of the game, or a foreign one in a frame. */
    public static final int INSIDE = 0;
    /** Another application opens it. */
    public static final int OUTSIDE = 1;
    /** It is refused. */
    public static final int NOWHERE = 2;

    private Links() {
    }

    /** What happens with an address; foreign sites may be framed, as on the web, but never take the game's place. */
    public static int of(String address, boolean isWholePage) {
        String scheme = schemeOf(address);
        if (Origin.targetOf(address) != null) {
            return INSIDE;
        }
        if (PAGES_OWN.contains(scheme)) {
            return isWholePage && scheme.equals("data") ? NOWHERE : INSIDE;
        }
        if (!OTHERS.contains(scheme)) {
            return NOWHERE;
        }
        return isWholePage || !scheme.startsWith("http") ? OUTSIDE : INSIDE;
    }

    private static String schemeOf(String address) {
        int colon = address.indexOf(':');
        return colon < 0 ? "" : address.substring(0, colon).toLowerCase(Locale.ROOT);
    }
}
