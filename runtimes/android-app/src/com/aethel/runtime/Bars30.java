package com.aethel.runtime;

import android.view.View;
import android.view.Window;
import android.view.WindowInsets;
import android.view.WindowInsetsController;

/** The system's bars from Android 11 on. In a class of its own: earlier ones do not know these classes. */
final class Bars30 implements View.OnApplyWindowInsetsListener {
    private Bars30() {
    }

    static void reachEdges(Window window) {
        window.setDecorFitsSystemWindows(false);
    }

    static void apply(Window window, boolean isHidden) {
        WindowInsetsController controller = window.getInsetsController();
        if (controller == null) { // the window has no content yet
            return;
        }
        if (isHidden) {
            controller.setSystemBarsBehavior(WindowInsetsController.BEHAVIOR_SHOW_TRANSIENT_BARS_BY_SWIPE);
            controller.hide(WindowInsets.Type.systemBars());
        } else {
            controller.show(WindowInsets.Type.systemBars());
        }
    }

    /** A window that reaches every edge lies under the keyboard, too: the content ends above it. */
    static void leaveRoomForKeyboard(View content) {
        content.setOnApplyWindowInsetsListener(new Bars30());
    }

    @Override
    public WindowInsets onApplyWindowInsets(View view, WindowInsets insets) {
        view.setPadding(0, 0, 0, insets.getInsets(WindowInsets.Type.ime()).bottom);
        return insets;
    }
}
