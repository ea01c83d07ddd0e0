package com.aethel.runtime;

import android.Manifest;
import android.app.Activity;
import android.content.pm.PackageInfo;
import android.content.pm.PackageManager;
import android.webkit.GeolocationPermissions;
import android.webkit.PermissionRequest;

import com.aethel.runtime.assets.Origin;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the page may use of the device: what the manifest names and the player grants, and for the game's own pages alone.
 * Everything else is denied, MIDI and protected media among it, for which there is no permission to ask.
 */
final class PagePermissions {
    static final int REQUEST = 2;
    private final Activity activity;
    private PermissionRequest waiting;
    private GeolocationPermissions.Callback position;
    private String positionOrigin;

    PagePermissions(Activity activity) {
        this.activity = activity;
    }

    void decide(PermissionRequest request) {
        List<String> wanted = new ArrayList<String>();
        for (String resource : request.getResources()) {
            String permission = permissionOf(resource);
            if (permission == null || !isDeclared(permission)) {
                deny(request, resource);
                return;
            }
            wanted.add(permission);
        }
        if (waiting != null || Origin.targetOf(request.getOrigin().toString()) == null) {
            deny(request, request.getOrigin().toString());
            return;
        }
        waiting = request;
        ask(wanted);
    }

    void cancel(PermissionRequest request) {
        if (request == waiting) {
            waiting = null;
        }
    }

    void decidePosition(String origin, GeolocationPermissions.Callback callback) {
        boolean isPossible = isDeclared(Manifest.permission.ACCESS_COARSE_LOCATION)
            || isDeclared(Manifest.permission.ACCESS_FINE_LOCATION);
        if (!isPossible || position != null || Origin.targetOf(origin) == null) {
            callback.invoke(origin, false, false);
            return;
        }
        position = callback;
        positionOrigin = origin;
        // Android 12 wants both named; it denies the one that the manifest lacks, and asks for the other.
        ask(Arrays.asList(Manifest.permission.ACCESS_FINE_LOCATION, Manifest.permission.ACCESS_COARSE_LOCATION));
    }

    /** Hands the player's answer on to the page. */
    void finish() {
        if (waiting != null) {
            PermissionRequest request = waiting;
            waiting = null;
            for (String resource : request.getResources()) {
                if (!isGranted(permissionOf(resource))) {
                    deny(request, resource);
                    return;
                }
            }
            request.grant(request.getResources());
        }
        if (position != null) {
            GeolocationPermissions.Callback callback = position;
            position = null;
            callback.invoke(positionOrigin, isGranted(Manifest.permission.ACCESS_COARSE_LOCATION)
                || isGranted(Manifest.permission.ACCESS_FINE_LOCATION), false);
        }
    }

    private void ask(List<String> wanted) {
        List<String> missing = new ArrayList<String>();
        for (String permission : wanted) {
            if (!isGranted(permission)) {
                missing.add(permission);
            }
        }
        if (missing.isEmpty()) {
            finish();
        } else {
            activity.requestPermissions(missing.toArray(new String[0]), REQUEST);
        }
    }

    private static void deny(PermissionRequest request, String what) {
        GameLog.info("the page may not use " + what);
        request.deny();
    }

    private static String permissionOf(String resource) {
        if (resource.equals(PermissionRequest.RESOURCE_VIDEO_CAPTURE)) {
            return Manifest.permission.CAMERA;
        }
        return resource.equals(PermissionRequest.RESOURCE_AUDIO_CAPTURE) ? Manifest.permission.RECORD_AUDIO : null;
    }

    private boolean isGranted(String permission) {
        return activity.checkSelfPermission(permission) == PackageManager.PERMISSION_GRANTED;
    }

    /** Whether the manifest names a permission: Android denies all others without asking anybody. */
    private boolean isDeclared(String permission) {
        try {
            PackageInfo info = activity.getPackageManager()
                .getPackageInfo(activity.getPackageName(), PackageManager.GET_PERMISSIONS);
            return info.requestedPermissions != null && Arrays.asList(info.requestedPermissions).contains(permission);
        } catch (PackageManager.NameNotFoundException e) {
            return false; // this application is installed: it runs
        }
    }
}
