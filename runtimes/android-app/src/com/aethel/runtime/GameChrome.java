package com.aethel.runtime;

import android.net.Uri;
import android.webkit.ConsoleMessage;
import android.webkit.GeolocationPermissions;
import android.webkit.JsPromptResult;
import android.webkit.JsResult;
import android.webkit.PermissionRequest;
import android.webkit.ValueCallback;
import android.webkit.WebChromeClient;
import android.webkit.WebView;

/** What a page asks of the browser around it: files, permissions, dialogs, a console. */
final class GameChrome extends WebChromeClient {
    private final FileChooser files;
    private final PagePermissions permissions;
    private final PageDialogs dialogs;

    GameChrome(FileChooser files, PagePermissions permissions, PageDialogs dialogs) {
        this.files = files;
        this.permissions = permissions;
        this.dialogs = dialogs;
    }

    /** The console, and errors that nothing caught, which are in it. */
    @Override
    public boolean onConsoleMessage(ConsoleMessage message) {
        String line = "page: " + message.message() + " (" + message.sourceId() + ":" + message.lineNumber() + ")";
        if (message.messageLevel() == ConsoleMessage.MessageLevel.ERROR) {
            GameLog.error(line);
        } else {
            GameLog.info(line);
        }
        return true;
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

    @Override
    public boolean onJsAlert(WebView view, String address, String message, JsResult result) {
        return dialogs.show(message, result, false, null);
    }

    @Override
    public boolean onJsConfirm(WebView view, String address, String message, JsResult result) {
        return dialogs.show(message, result, true, null);
    }

    @Override
    public boolean onJsPrompt(WebView view, String address, String message, String value, JsPromptResult result) {
        return dialogs.show(message, result, true, value == null ? "" : value);
    }
}
