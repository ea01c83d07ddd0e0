package com.aethel.runtime;

import android.view.KeyEvent;
import android.webkit.RenderProcessGoneDetail;
import android.webkit.WebResourceError;
import android.webkit.WebResourceRequest;
import android.webkit.WebResourceResponse;
import android.webkit.WebView;
import android.webkit.WebViewClient;

import com.aethel.runtime.rules.Links;

/** What happens to the page's requests, to the addresses it goes to, and when it ends. */
final class GameClient extends WebViewClient {
    private final GameActivity activity;
    private final Requests requests;

    GameClient(GameActivity activity, Requests requests) {
        this.activity = activity;
        this.requests = requests;
    }

    @Override
    public WebResourceResponse shouldInterceptRequest(WebView view, WebResourceRequest request) {
        return requests.answer(request);
    }

    @Override
    public boolean shouldOverrideUrlLoading(WebView view, WebResourceRequest request) {
        String address = request.getUrl().toString();
        switch (Links.of(address, request.isForMainFrame())) {
            case Links.INSIDE:
                return false;
            case Links.OUTSIDE:
                if (request.isForMainFrame() || request.hasGesture()) { // a foreign frame does so for a touch alone
                    OutsideLinks.open(activity, address);
                }
                return true;
            default:
                GameLog.error("the page may not go to " + address, null);
                return true;
        }
    }

    @Override
    public void onReceivedError(WebView view, WebResourceRequest request, WebResourceError error) {
        if (request.isForMainFrame()) {
            activity.showBroken(request.getUrl() + ": " + error.getDescription());
        }
    }

    @Override
    public void onReceivedHttpError(WebView view, WebResourceRequest request, WebResourceResponse response) {
        if (request.isForMainFrame()) {
            activity.showBroken(request.getUrl() + ": " + response.getStatusCode());
        }
    }

    /**
     * Leaves a key that the page does not take as it is. Android would make another one of it, which no question of the
     * window's reaches: the back gesture of B on a gamepad, or of Escape, which the page has had already.
     */
    @Override
    public void onUnhandledKeyEvent(WebView view, KeyEvent event) {
    }

    /** Called from Android 8 on; before, a page that ends takes the application along. */
    @Override
    public boolean onRenderProcessGone(WebView view, RenderProcessGoneDetail detail) {
        activity.restartAfterCrash(view);
        return true;
    }
}
