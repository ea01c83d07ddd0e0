package android.content;

import android.content.pm.PackageManager;
import android.content.res.AssetManager;

public class ContextWrapper extends Context {
    @Override
    public native AssetManager getAssets();
    @Override
    public native PackageManager getPackageManager();
    @Override
    public native String getPackageName();
    @Override
    public native Object getSystemService(String name);
    @Override
    public native void startActivity(Intent intent);
    @Override
    public native int checkSelfPermission(String permission);
}
