package android.view;

import android.graphics.Insets;

public final class WindowInsets {
    /** API 30. */
    public native Insets getInsets(int typeMask);
    /** API 30. */
    public static final class Type {
        public static native int ime();
        public static native int systemBars();
    }
}
