package android.content;

public interface DialogInterface {
    int BUTTON_POSITIVE = -1;
    interface OnCancelListener {
        void onCancel(DialogInterface dialog);
    }
    interface OnClickListener {
        void onClick(DialogInterface dialog, int which);
    }
}
