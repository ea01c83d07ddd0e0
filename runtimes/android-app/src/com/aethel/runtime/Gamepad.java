package com.aethel.runtime;

import android.view.InputDevice;
import android.view.KeyEvent;

/** The buttons of gamepads are the page's: the web view hands them on, and none of them may leave the game. */
final class Gamepad {
    private Gamepad() {
    }

    /**
     * Whether a key must not become anything else. Android turns a button that nobody takes into a key of its own: B into
     * Back, which it marks as a fallback or as a gamepad's.
     */
    static boolean owns(KeyEvent event) {
        if (KeyEvent.isGamepadButton(event.getKeyCode())) {
            return true;
        }
        boolean isGamepads = event.isFromSource(InputDevice.SOURCE_GAMEPAD) || event.isFromSource(InputDevice.SOURCE_JOYSTICK);
        boolean isFallback = (event.getFlags() & KeyEvent.FLAG_FALLBACK) != 0;
        return event.getKeyCode() == KeyEvent.KEYCODE_BACK && (isGamepads || isFallback);
    }
}
