package android.webkit;

import android.view.KeyEvent;

public class WebViewClient {
    public native void onUnhandledKeyEvent(WebView view, KeyEvent event);
    /** API 21. */
    public native WebResourceResponse shouldInterceptRequest(WebView view, WebResourceRequest request);
    /** API 24. */
    public native boolean shouldOverrideUrlLoading(WebView view, WebResourceRequest request);
    /** API 23. */
    public native void onReceivedError(WebView view, WebResourceRequest request, WebResourceError error);
    /** API 23. */
    public native void onReceivedHttpError(
        WebView view, WebResourceRequest request, WebResourceResponse errorResponse);
    /** API 26. */
    public native boolean onRenderProcessGone(WebView view, RenderProcessGoneDetail detail);
}
