package com.aethel.runtime;

import android.content.pm.PackageInfo;
import android.os.Build;
import android.webkit.WebView;

/** Where the player gets a newer web view. */
final class Updates {
    private static final String USUAL = "com.google.android.webview";

    private Updates() {
    }

    static void show(GameActivity activity) {
        String name = Build.VERSION.SDK_INT >= 26 ? Current26.packageName() : USUAL;
        if (!OutsideLinks.open(activity, "market://details?id=" + name)) {
            OutsideLinks.open(activity, "https://play.google.com/store/apps/details?id=" + name);
        }
    }

    /** In a class of its own: Android before 8 does not know the method. */
    private static final class Current26 {
        static String packageName() {
            PackageInfo current = WebView.getCurrentWebViewPackage();
            return current == null ? USUAL : current.packageName;
        }
    }
}
