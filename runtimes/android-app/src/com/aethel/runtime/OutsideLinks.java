package com.aethel.runtime;

import android.app.Activity;
import android.content.ActivityNotFoundException;
import android.content.Intent;
import android.net.Uri;

/** Opens an address in the application that the player has for it. */
final class OutsideLinks {
    /** Where the player gets a newer web view: in the store's application, which takes its own addresses. */
    static final String WEB_VIEW =
        "https://play.google.com/store/apps/details?id=com.google.android.webview";

    private OutsideLinks() {
    }

    /** False when there is none. */
    static boolean open(Activity activity, String address) {
        try {
            activity.startActivity(
                new Intent(Intent.ACTION_VIEW, Uri.parse(address)).addCategory(Intent.CATEGORY_BROWSABLE));
            return true;
        } catch (ActivityNotFoundException | SecurityException e) {
            GameLog.error("nothing opens " + address, e);
            return false;
        }
    }
}
