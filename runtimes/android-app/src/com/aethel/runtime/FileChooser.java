package com.aethel.runtime;

import android.app.Activity;
import android.content.ActivityNotFoundException;
import android.content.ClipData;
import android.content.Intent;
import android.net.Uri;
import android.webkit.ValueCallback;
import android.webkit.WebChromeClient;

/** Lets the player choose files for the page, one question at a time. */
final class FileChooser {
    static final int REQUEST = 1;
    private final Activity activity;
    private ValueCallback<Uri[]> waiting;

    FileChooser(Activity activity) {
        this.activity = activity;
    }

    boolean choose(ValueCallback<Uri[]> callback, WebChromeClient.FileChooserParams wanted) {
        answer(null); // a page that asks again has forgotten its first question
        Intent intent = wanted.createIntent();
        if (wanted.getMode() == WebChromeClient.FileChooserParams.MODE_OPEN_MULTIPLE) {
            intent.putExtra(Intent.EXTRA_ALLOW_MULTIPLE, true);
        }
        waiting = callback;
        try {
            activity.startActivityForResult(intent, REQUEST);
        } catch (ActivityNotFoundException e) {
            GameLog.error("nothing chooses files", e);
            answer(null);
        }
        return true;
    }

    /** Takes what the player has chosen; the web view wants an answer in any case, or it never asks again. */
    void finish(int result, Intent data) {
        ClipData several = result == Activity.RESULT_OK && data != null ? data.getClipData() : null;
        if (several == null) {
            answer(WebChromeClient.FileChooserParams.parseResult(result, data));
            return;
        }
        Uri[] chosen = new Uri[several.getItemCount()];
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = several.getItemAt(i).getUri();
        }
        answer(chosen);
    }

    private void answer(Uri[] chosen) {
        ValueCallback<Uri[]> callback = waiting;
        waiting = null;
        if (callback != null) {
            callback.onReceiveValue(chosen);
        }
    }
}
