package android.widget;

import android.content.Context;

/** A message, printed. */
public class Toast {
    public static final int LENGTH_LONG = 1;

    public static Toast makeText(Context context, int resId, int duration) {
        return new Toast();
    }

    public void show() {
        System.out.println("told");
    }
}
