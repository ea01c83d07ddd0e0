package com.aethel.runtime;

import android.graphics.Bitmap;
import android.net.Uri;
import android.webkit.ConsoleMessage;
import android.webkit.GeolocationPermissions;
import android.webkit.PermissionRequest;
import android.webkit.ValueCallback;
import android.webkit.WebChromeClient;
import android.webkit.WebView;

/** What a page asks of the browser around it: files, permissions, a console. Dialogs are the web view's own. */
final class GameChrome extends WebChromeClient {
    private final FileChooser files;
    private final PagePermissions permissions;

    GameChrome(FileChooser files, PagePermissions permissions) {
        this.files = files;
        this.permissions = permissions;
    }

    /** The console, and errors that nothing caught, which are in it. */
    @Override
    public boolean onConsoleMessage(ConsoleMessage message) {
        GameLog.page(message.message() + " (" + message.sourceId() + ":" + message.lineNumber() + ")",
            message.messageLevel() == ConsoleMessage.MessageLevel.ERROR);
        return true;
    }

    /** What is seen of a film before its first picture: nothing, in place of the web view's own grey square. */
    @Override
    public Bitmap getDefaultVideoPoster() {
        return Bitmap.createBitmap(1, 1, Bitmap.Config.ARGB_8888);
    }

    @Override
    public boolean onShowFileChooser(WebView view, ValueCallback<Uri[]> callback, FileChooserParams wanted) {
        return files.choose(callback, wanted);
    }

    @Override
    public void onPermissionRequest(PermissionRequest request) {
        permissions.decide(request);
    }

    @Override
    public void onPermissionRequestCanceled(PermissionRequest request) {
        permissions.cancel(request);
    }

    @Override
    public void onGeolocationPermissionsShowPrompt(String origin, GeolocationPermissions.Callback callback) {
        permissions.decidePosition(origin, callback);
    }
}
