package com.aethel.runtime;

import android.app.Activity;
import android.app.AlertDialog;
import android.content.DialogInterface;
import android.webkit.JsPromptResult;
import android.webkit.JsResult;
import android.widget.EditText;

/** The page's alert, confirm and prompt, without the address that the web view would show above them. */
final class PageDialogs {
    private final Activity activity;

    PageDialogs(Activity activity) {
        this.activity = activity;
    }

    /** Shows a dialog; false lets the web view show its own. The page stands still until there is a result. */
    boolean show(String message, JsResult result, boolean hasCancel, String value) {
        if (activity.isFinishing()) {
            return false;
        }
        EditText field = null;
        AlertDialog.Builder builder = new AlertDialog.Builder(activity).setMessage(message);
        if (value != null) {
            field = new EditText(activity);
            field.setText(value);
            field.setSingleLine(true);
            builder.setView(field);
        }
        Answer answer = new Answer(result, field);
        if (hasCancel) {
            builder.setNegativeButton(android.R.string.cancel, answer);
        }
        builder.setPositiveButton(android.R.string.ok, answer).setOnCancelListener(answer).show();
        return true;
    }

    /** What the player does with a dialog. */
    private static final class Answer implements DialogInterface.OnClickListener, DialogInterface.OnCancelListener {
        private final JsResult result;
        private final EditText field;

        Answer(JsResult result, EditText field) {
            this.result = result;
            this.field = field;
        }

        @Override
        public void onClick(DialogInterface dialog, int which) {
            if (which != DialogInterface.BUTTON_POSITIVE) {
                result.cancel();
            } else if (field != null) {
                ((JsPromptResult) result).confirm(field.getText().toString());
            } else {
                result.confirm();
            }
        }

        @Override
        public void onCancel(DialogInterface dialog) {
            result.cancel();
        }
    }
}
