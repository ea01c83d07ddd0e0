package android.app;

import android.content.Intent;
import android.content.pm.PackageInfo;
import android.content.pm.PackageManager;
import android.view.ContextThemeWrapper;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** An activity that asks for permissions as Android's does, one at a time: a second question is answered at once. */
public class Activity extends ContextThemeWrapper {
    public final Set<String> granted = new HashSet<>();
    public final List<String> declared = new ArrayList<>();
    public Runnable result = () -> { };
    public boolean isAsking;

    public final void requestPermissions(String[] permissions, int requestCode) {
        if (isAsking) {
            System.out.println("overtaken");
            result.run();
            return;
        }
        isAsking = true;
        System.out.println("asked " + String.join(" ", permissions));
    }

    @Override
    public int checkSelfPermission(String permission) {
        return granted.contains(permission) ? PackageManager.PERMISSION_GRANTED : -1;
    }

    public void onUserInteraction() {
        throw new AssertionError("the application has its own");
    }

    @Override
    public void startActivity(Intent intent) {
        System.out.println("opened " + intent.address);
    }

    @Override
    public String getPackageName() {
        return "com.example.game";
    }

    @Override
    public PackageManager getPackageManager() {
        return new PackageManager() {
            @Override
            public PackageInfo getPackageInfo(String packageName, int flags) {
                PackageInfo info = new PackageInfo();
                info.requestedPermissions = declared.toArray(new String[0]);
                return info;
            }
        };
    }

    /** The player's answer: all that was asked for, or nothing of it. */
    public void answer(String... permissions) {
        granted.addAll(Arrays.asList(permissions));
        isAsking = false;
        result.run();
    }
}
