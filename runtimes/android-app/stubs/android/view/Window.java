package android.view;

public abstract class Window {
    public abstract View getDecorView();
    public final native WindowManager.LayoutParams getAttributes();
    public native void setAttributes(WindowManager.LayoutParams a);
    public native void addFlags(int flags);
    public native void clearFlags(int flags);
    /** API 30. */
    public native void setDecorFitsSystemWindows(boolean decorFitsSystemWindows);
    /** API 30. */
    public native WindowInsetsController getInsetsController();
}
