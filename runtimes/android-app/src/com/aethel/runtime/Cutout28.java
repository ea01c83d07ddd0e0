package com.aethel.runtime;

import android.os.Build;
import android.view.Window;
import android.view.WindowManager;

/** The screen beside a camera. In a class of its own: Android before 9 does not know the field. */
final class Cutout28 {
    private Cutout28() {
    }

    static void use(Window window) {
        WindowManager.LayoutParams attributes = window.getAttributes();
        attributes.layoutInDisplayCutoutMode = Build.VERSION.SDK_INT >= 30
            ? WindowManager.LayoutParams.LAYOUT_IN_DISPLAY_CUTOUT_MODE_ALWAYS
            : WindowManager.LayoutParams.LAYOUT_IN_DISPLAY_CUTOUT_MODE_SHORT_EDGES;
        window.setAttributes(attributes);
    }
}
