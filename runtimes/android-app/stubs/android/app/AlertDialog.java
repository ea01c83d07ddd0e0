package android.app;

import android.content.Context;
import android.content.DialogInterface;

public class AlertDialog extends Dialog implements DialogInterface {
    public static class Builder {
        public Builder(Context context) {
        }
        public native Builder setTitle(int titleId);
        public native Builder setMessage(CharSequence message);
        public native Builder setPositiveButton(int textId, DialogInterface.OnClickListener listener);
        public native Builder setNegativeButton(int textId, DialogInterface.OnClickListener listener);
        public native Builder setOnCancelListener(DialogInterface.OnCancelListener onCancelListener);
        public native AlertDialog show();
    }
}
