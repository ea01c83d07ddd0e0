package android.webkit;

import android.content.Context;
import android.widget.AbsoluteLayout;

public class WebView extends AbsoluteLayout {
    public WebView(Context context) {
        super(context);
    }
    public static native void setWebContentsDebuggingEnabled(boolean enabled);
    public native WebSettings getSettings();
    public native void setWebViewClient(WebViewClient client);
    public native void setWebChromeClient(WebChromeClient client);
    public native void setDownloadListener(DownloadListener listener);
    public native void loadUrl(String url);
    public native void evaluateJavascript(String script, ValueCallback<String> resultCallback);
    public native boolean canGoBack();
    public native void goBack();
    public native void onPause();
    public native void onResume();
    public native void pauseTimers();
    public native void resumeTimers();
    public native void destroy();
}
