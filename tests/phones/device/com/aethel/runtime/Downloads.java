package com.aethel.runtime;

import android.os.SystemClock;

/** A page wants to save what is at an address, so many milliseconds after a touch: arguments in pairs; "-" for no touch. */
final class Downloads {
    private Downloads() {
    }

    public static void main(String[] arguments) {
        for (int i = 0; i < arguments.length; i += 2) {
            SystemClock.now = 1_000_000;
            GameActivity activity = new GameActivity();
            if (!arguments[i + 1].equals("-")) {
                activity.onUserInteraction();
                SystemClock.now += Long.parseLong(arguments[i + 1]);
            }
            new GameView(activity).onDownloadStart(arguments[i], "", "", "application/zip", 1);
        }
    }
}
