package android.view;

public class KeyEvent extends InputEvent {
    public static final int FLAG_FALLBACK = 1024;
    public static final int KEYCODE_BACK = 4;
    public final native int getKeyCode();
    public final native int getFlags();
    public static final native boolean isGamepadButton(int keyCode);
}
