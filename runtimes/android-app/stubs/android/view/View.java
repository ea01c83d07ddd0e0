package android.view;

import android.content.Context;

public class View {
    public static final int OVER_SCROLL_NEVER = 2;
    public static final int SYSTEM_UI_FLAG_HIDE_NAVIGATION = 2;
    public static final int SYSTEM_UI_FLAG_FULLSCREEN = 4;
    public static final int SYSTEM_UI_FLAG_LAYOUT_STABLE = 256;
    public static final int SYSTEM_UI_FLAG_LAYOUT_HIDE_NAVIGATION = 512;
    public static final int SYSTEM_UI_FLAG_LAYOUT_FULLSCREEN = 1024;
    public static final int SYSTEM_UI_FLAG_IMMERSIVE_STICKY = 4096;
    public View(Context context) {
    }
    public native void setBackgroundColor(int color);
    public native void setOverScrollMode(int overScrollMode);
    public native void setFocusableInTouchMode(boolean focusableInTouchMode);
    public final native boolean requestFocus();
    public native void setSystemUiVisibility(int visibility);
    public native boolean postDelayed(Runnable action, long delayMillis);
    public native void setPadding(int left, int top, int right, int bottom);
    /** API 20. */
    public native void setOnApplyWindowInsetsListener(OnApplyWindowInsetsListener listener);
    public interface OnApplyWindowInsetsListener {
        WindowInsets onApplyWindowInsets(View v, WindowInsets insets);
    }
}
