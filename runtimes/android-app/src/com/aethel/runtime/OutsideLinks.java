package com.aethel.runtime;

import android.app.Activity;
import android.content.ActivityNotFoundException;
import android.content.Intent;
import android.net.Uri;

/** Opens an address in the application that the player has for it. */
final class OutsideLinks {
    private OutsideLinks() {
    }

    /** False when there is none. */
    static boolean open(Activity activity, String address) {
        Intent intent = new Intent(Intent.ACTION_VIEW, Uri.parse(address));
        intent.addCategory(Intent.CATEGORY_BROWSABLE);
        try {
            activity.startActivity(intent);
            return true;
        } catch (ActivityNotFoundException | SecurityException e) {
            GameLog.error("nothing opens " + address, e);
            return false;
        }
    }
}
