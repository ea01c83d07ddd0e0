package com.aethel.runtime;

import android.window.OnBackInvokedCallback;
import android.window.OnBackInvokedDispatcher;

/**
 * The back gesture from Android 13 on, where the manifest turns it on: the system calls neither {@code onBackPressed} nor
 * sends a key. In a class of its own: earlier ones do not know these classes.
 */
final class BackGesture33 implements OnBackInvokedCallback {
    private final GameActivity activity;

    private BackGesture33(GameActivity activity) {
        this.activity = activity;
    }

    static void listen(GameActivity activity) {
        activity.getOnBackInvokedDispatcher().registerOnBackInvokedCallback(
            OnBackInvokedDispatcher.PRIORITY_DEFAULT, new BackGesture33(activity));
    }

    @Override
    public void onBackInvoked() {
        activity.goBack();
    }
}
