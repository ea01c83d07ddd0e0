package com.aethel.runtime;

import android.os.Build;
import android.view.View;
import android.view.Window;

/** The game has the whole screen, also beside and behind a camera; the bars come back for a moment by a swipe. */
final class FullScreen {
    private static final int LAYOUT = View.SYSTEM_UI_FLAG_LAYOUT_STABLE
        | View.SYSTEM_UI_FLAG_LAYOUT_FULLSCREEN
        | View.SYSTEM_UI_FLAG_LAYOUT_HIDE_NAVIGATION;
    private static final int HIDDEN = View.SYSTEM_UI_FLAG_FULLSCREEN
        | View.SYSTEM_UI_FLAG_HIDE_NAVIGATION
        | View.SYSTEM_UI_FLAG_IMMERSIVE_STICKY;

    private final Window window;
    private boolean isOn = true;

    FullScreen(Window window) {
        this.window = window;
    }

    /** Lets the window reach every edge; once, before it has content. */
    void prepare() {
        if (Build.VERSION.SDK_INT >= 28) {
            Cutout28.use(window);
        }
        if (Build.VERSION.SDK_INT >= 30) {
            Bars30.reachEdges(window);
        }
    }

    void set(boolean on) {
        isOn = on;
        apply();
    }

    /** Hides the bars or shows them; again whenever the window has the focus, because dialogs bring them back. */
    void apply() {
        if (Build.VERSION.SDK_INT >= 30) {
            Bars30.apply(window, isOn);
        } else {
            window.getDecorView().setSystemUiVisibility(isOn ? LAYOUT | HIDDEN : LAYOUT);
        }
    }
}
