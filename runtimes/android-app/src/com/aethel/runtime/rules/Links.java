package com.aethel.runtime.rules;

import com.aethel.runtime.assets.Origin;

import java.util.Locale;

/** Where an address leads that a page goes to. */
public final class Links {

    /** It stays in the game's window: a page of the game, or a foreign one in a frame. */
    public static final int INSIDE = 0;
    /** Another application opens it. */
    public static final int OUTSIDE = 1;
    /** It is refused. */
    public static final int NOWHERE = 2;

    private Links() {
    }

    /**
     * What happens with an address. Foreign sites may be framed, as on the web, but never take the game's place; and other
     * applications open four kinds only, never intent: or file:, with which a page could do more.
     */
    public static int of(String address, boolean isWholePage) {
        String scheme = address.substring(0, Math.max(0, address.indexOf(':'))).toLowerCase(Locale.ROOT);
        boolean isMade = scheme.equals("about") || scheme.equals("blob") || scheme.equals("javascript");
        if (Origin.targetOf(address) != null || isMade || (scheme.equals("data") && !isWholePage)) {
            return INSIDE;
        }
        if (scheme.equals("http") || scheme.equals("https")) {
            return isWholePage ? OUTSIDE : INSIDE;
        }
        return scheme.equals("mailto") || scheme.equals("tel") ? OUTSIDE : NOWHERE;
    }
}
