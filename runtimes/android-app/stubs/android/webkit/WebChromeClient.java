package android.webkit;

import android.content.Intent;
import android.graphics.Bitmap;
import android.net.Uri;

public class WebChromeClient {
    public native Bitmap getDefaultVideoPoster();
    public native boolean onConsoleMessage(ConsoleMessage consoleMessage);
    /** API 21. */
    public native boolean onShowFileChooser(
        WebView webView, ValueCallback<Uri[]> filePathCallback, FileChooserParams fileChooserParams);
    /** API 21. */
    public native void onPermissionRequest(PermissionRequest request);
    /** API 21. */
    public native void onPermissionRequestCanceled(PermissionRequest request);
    public native void onGeolocationPermissionsShowPrompt(String origin, GeolocationPermissions.Callback callback);
    /** API 21. */
    public abstract static class FileChooserParams {
        public static final int MODE_OPEN_MULTIPLE = 1;
        public static native Uri[] parseResult(int resultCode, Intent data);
        public abstract int getMode();
        public abstract Intent createIntent();
    }
}
