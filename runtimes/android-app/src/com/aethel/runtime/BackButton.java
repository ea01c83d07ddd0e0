package com.aethel.runtime;

import android.os.SystemClock;
import android.webkit.ValueCallback;
import android.webkit.WebView;
import android.widget.Toast;

import com.aethel.runtime.rules.BackPresses;

/** Brings a press of the back button to the page, and does what is left to do. */
final class BackButton {
    private static final long ANSWER_MS = 1_000; // a page that is busy for longer does not hold the player back
    private final GameActivity activity;
    private final BackPresses presses = new BackPresses();
    private Press last;

    BackButton(GameActivity activity) {
        this.activity = activity;
    }

    void press(WebView view) {
        if (view == null) {
            activity.leave();
            return;
        }
        last = new Press(this, view);
        view.postDelayed(last, ANSWER_MS);
        boolean mayPause = !view.canGoBack() && !presses.isSecond(SystemClock.uptimeMillis());
        view.evaluateJavascript(BackPresses.script(mayPause), last);
    }

    /** Takes the first of two answers: that of the page, or that it gave none. */
    void answer(Press press, boolean isHandled) {
        if (press != last || press.view != activity.view) {
            return;
        }
        last = null;
        switch (presses.press(isHandled, press.view.canGoBack(), SystemClock.uptimeMillis())) {
            case BackPresses.HISTORY:
                press.view.goBack();
                break;
            case BackPresses.ASK:
                Toast.makeText(activity, R.string.press_again, Toast.LENGTH_SHORT).show();
                break;
            case BackPresses.LEAVE:
                activity.leave();
                break;
            default:
                break;
        }
    }

    /** One press, while the page is asked. */
    static final class Press implements Runnable, ValueCallback<String> {
        final WebView view;
        private final BackButton button;

        Press(BackButton button, WebView view) {
            this.button = button;
            this.view = view;
        }

        @Override
        public void onReceiveValue(String value) {
            button.answer(this, "true".equals(value));
        }

        @Override
        public void run() {
            button.answer(this, false);
        }
    }
}
