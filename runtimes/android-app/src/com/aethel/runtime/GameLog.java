package com.aethel.runtime;

import android.util.Log;

/** The device's log, under one tag: errors always, everything in a debug build. */
final class GameLog implements Thread.UncaughtExceptionHandler {
    private static final String TAG = "Aethel";
    static volatile boolean isDebug;

    private final Thread.UncaughtExceptionHandler before;

    private GameLog(Thread.UncaughtExceptionHandler before) {
        this.before = before;
    }

    static void info(String message) {
        if (isDebug) {
            Log.i(TAG, message);
        }
    }

    /** Notes what went wrong, and the exception that tells it, if there is one. */
    static void error(String message, Throwable cause) {
        Log.e(TAG, message, cause);
    }

    /** Notes what a page says. */
    static void page(String text, boolean isError) {
        String line = "page: " + text;
        if (isError) {
            error(line, null);
        } else {
            info(line);
        }
    }

    /** Names what ends the application in the log, under the game's own tag, before Android does what it always does. */
    static void nameCrashes() {
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        if (!(before instanceof GameLog)) { // the window may be made anew in the same process
            Thread.setDefaultUncaughtExceptionHandler(new GameLog(before));
        }
    }

    @Override
    public void uncaughtException(Thread thread, Throwable error) {
        Log.e(TAG, "crash", error);
        if (before != null) {
            before.uncaughtException(thread, error);
        }
    }
}
