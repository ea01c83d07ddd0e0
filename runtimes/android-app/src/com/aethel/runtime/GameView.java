package com.aethel.runtime;

import android.graphics.Color;
import android.os.SystemClock;
import android.view.View;
import android.webkit.DownloadListener;
import android.webkit.WebSettings;
import android.webkit.WebView;
import android.widget.Toast;

import com.aethel.runtime.rules.Links;

/** The system's web view, set up for a game. */
final class GameView implements DownloadListener {
    private static final long TOUCH_LASTS_MS = 5_000; // as long as a browser counts one
    private static final int WHOLE_TEXT = 100; // percent: the game says how large its letters are

    private final GameActivity activity;

    GameView(GameActivity activity) {
        this.activity = activity;
    }

    static WebView create(GameActivity activity, boolean isDebug) {
        WebView.setWebContentsDebuggingEnabled(isDebug);
        WebView view = new WebView(activity);
        view.setBackgroundColor(Color.BLACK);
        view.setOverScrollMode(View.OVER_SCROLL_NEVER);
        view.setFocusableInTouchMode(true); // or a gamepad's buttons do not reach the page
        view.setDownloadListener(new GameView(activity));
        setUp(view.getSettings());
        return view;
    }

    /**
     * Sets what is not so already: mixed content is never loaded, and a new window's page comes in this one. Both are what
     * Android documents for applications of today.
     */
    private static void setUp(WebSettings settings) {
        settings.setJavaScriptEnabled(true);
        settings.setDomStorageEnabled(true);
        settings.setMediaPlaybackRequiresUserGesture(false);
        settings.setAllowFileAccess(false);
        settings.setAllowContentAccess(false);
        settings.setSupportZoom(false);
        settings.setUseWideViewPort(true);
        settings.setTextZoom(WHOLE_TEXT);
    }

    /**
     * Hands downloads of other sites on, for a touch or a key alone: no frame is named here, it may be a foreign one. What
     * the page itself has made, nothing here saves.
     */
    @Override
    public void onDownloadStart(String address, String agent, String disposition, String type, long length) {
        boolean isWanted = SystemClock.uptimeMillis() - activity.touched < TOUCH_LASTS_MS;
        if (!isWanted || Links.of(address, true) != Links.OUTSIDE || !OutsideLinks.open(activity, address)) {
            GameLog.error("nothing saves " + type, null);
            Toast.makeText(activity, R.string.no_downloads, Toast.LENGTH_LONG).show();
        }
    }
}
