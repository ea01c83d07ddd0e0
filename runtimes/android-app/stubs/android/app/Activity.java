package android.app;

import android.content.Intent;
import android.os.Bundle;
import android.view.ContextThemeWrapper;
import android.view.KeyEvent;
import android.view.View;
import android.view.Window;
import android.window.OnBackInvokedDispatcher;

public class Activity extends ContextThemeWrapper {
    public static final int RESULT_OK = -1;
    protected native void onCreate(Bundle savedInstanceState);
    protected native void onResume();
    protected native void onPause();
    protected native void onDestroy();
    public native void onWindowFocusChanged(boolean hasFocus);
    public native void onBackPressed();
    public native void onUserInteraction();
    public native boolean dispatchKeyEvent(KeyEvent event);
    protected native void onActivityResult(int requestCode, int resultCode, Intent data);
    /** API 23. */
    public native void onRequestPermissionsResult(int requestCode, String[] permissions, int[] grantResults);
    /** API 23. */
    public final native void requestPermissions(String[] permissions, int requestCode);
    public native void setContentView(View view);
    public native Window getWindow();
    public final native void setVolumeControlStream(int streamType);
    public native void setRequestedOrientation(int requestedOrientation);
    public final native void runOnUiThread(Runnable action);
    public native boolean isFinishing();
    public native void finish();
    public native boolean moveTaskToBack(boolean nonRoot);
    /** API 21. */
    public native void finishAndRemoveTask();
    public native void startActivityForResult(Intent intent, int requestCode);
    /** API 33. */
    public native OnBackInvokedDispatcher getOnBackInvokedDispatcher();
}
