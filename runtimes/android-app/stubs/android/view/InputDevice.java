package android.view;

public final class InputDevice {
    public static final int SOURCE_GAMEPAD = 1025;
    public static final int SOURCE_JOYSTICK = 16777232;
}
