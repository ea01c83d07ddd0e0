package android.content;

import android.content.pm.PackageManager;
import android.content.res.AssetManager;

public abstract class Context {
    public static final String AUDIO_SERVICE = "audio";
    public abstract AssetManager getAssets();
    public abstract PackageManager getPackageManager();
    public abstract String getPackageName();
    public abstract Object getSystemService(String name);
    public abstract void startActivity(Intent intent);
    /** API 23. */
    public abstract int checkSelfPermission(String permission);
    public final native String getString(int resId);
    public final native String getString(int resId, Object... formatArgs);
}
