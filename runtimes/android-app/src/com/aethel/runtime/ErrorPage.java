package com.aethel.runtime;

import android.app.AlertDialog;
import android.content.DialogInterface;

/** What the player sees in place of a game that cannot be shown: what is wrong, and what to do. */
final class ErrorPage implements DialogInterface.OnClickListener, DialogInterface.OnCancelListener {
    private final GameActivity activity;

    private ErrorPage(GameActivity activity) {
        this.activity = activity;
    }

    /** The web view is not there, or too old. */
    static void needsWebView(GameActivity activity, String problem) {
        String text = problem + "\n\n" + activity.getString(R.string.web_view_remedy);
        ErrorPage page = new ErrorPage(activity);
        page.dialog(R.string.web_view_title, text).setNegativeButton(R.string.update, page).show();
    }

    /** The game itself failed. */
    static void failed(GameActivity activity, int title, String detail) {
        new ErrorPage(activity).dialog(title, detail).show();
    }

    private AlertDialog.Builder dialog(int title, String text) {
        return new AlertDialog.Builder(activity)
            .setTitle(title)
            .setMessage(text)
            .setPositiveButton(R.string.try_again, this)
            .setOnCancelListener(this);
    }

    @Override
    public void onClick(DialogInterface dialog, int which) {
        if (which == DialogInterface.BUTTON_POSITIVE) {
            activity.start();
        } else {
            OutsideLinks.open(activity, OutsideLinks.WEB_VIEW);
            activity.finish();
        }
    }

    /** Nothing is behind the message: the back button leaves. */
    @Override
    public void onCancel(DialogInterface dialog) {
        activity.finish();
    }
}
