package android.view;

import android.content.Context;

public abstract class ViewGroup extends View {
    public ViewGroup(Context context) {
        super(context);
    }
    public native void addView(View child);
    public native void addView(View child, LayoutParams params);
    public native void removeAllViews();
    public static class LayoutParams {
        public static final int WRAP_CONTENT = -2;
        public LayoutParams(int width, int height) {
        }
    }
    public static class MarginLayoutParams extends LayoutParams {
        public MarginLayoutParams(int width, int height) {
            super(width, height);
        }
    }
}
