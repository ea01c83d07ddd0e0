package android.content;

import android.content.pm.PackageManager;
import android.content.res.AssetManager;
import android.content.res.Resources;

public class ContextWrapper extends Context {
    @Override
    public native AssetManager getAssets();
    @Override
    public native Resources getResources();
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
