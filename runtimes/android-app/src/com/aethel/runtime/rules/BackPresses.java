package com.aethel.runtime.rules;

/**
 * What the back button does: the page first, then its history, then the game's pause menu and a question, and only a second
 * press leaves.
 */
public final class BackPresses {
    /** How long after the question a second press leaves. */
    public static final long PATIENCE_MS = 2_500;

    /** Nothing is left to do. */
    public static final int NONE = 0;
    /** The page before this one comes back. */
    public static final int HISTORY = 1;
    /** The player is told that another press leaves. */
    public static final int ASK = 2;
    /** The game is left. */
    public static final int LEAVE = 3;

    private boolean isAsked;
    private long asked;

    /** Whether a press at this time answers the question; the pause menu stays as it is then. */
    public boolean isSecond(long now) {
        return isAsked && now - asked <= PATIENCE_MS;
    }

    /**
     * Decides about one press.
     *
     * @param isHandled  Whether the page has taken it, by {@code preventDefault()} of an event.
     * @param hasHistory Whether the page has somewhere to go back to.
     * @param now        Milliseconds of a clock that never goes back.
     */
    public int press(boolean isHandled, boolean hasHistory, long now) {
        boolean isSecond = isSecond(now);
        isAsked = !isHandled && !hasHistory && !isSecond;
        asked = now;
        if (isHandled) {
            return NONE;
        }
        return hasHistory ? HISTORY : isSecond ? LEAVE : ASK;
    }

    /** The script that tells the page of a press; its value is whether the page has taken it. */
    public static String script(boolean mayPause) {
        return "aethelBack(" + mayPause + ")";
    }
}
