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
 * Everything else is denied, MIDI and protected media among it, for which there is no permission to ask. Android shows one
 * question at a time, and takes a second one for answered with no; so the next one waits here.
 */
final class PagePermissions {
    static final int REQUEST = 2;
    private final Activity activity;
    private final List<Object> waiting = new ArrayList<Object>(); // the first is asked; null: nobody waits for it any more
    private String positionOrigin;

    PagePermissions(Activity activity) {
        this.activity = activity;
    }

    void decide(PermissionRequest request) {
        for (String resource : request.getResources()) {
            String permission = permissionOf(resource);
            if (permission == null || !isDeclared(permission)) {
                deny(request, resource);
                return;
            }
        }
        String origin = request.getOrigin().toString();
        if (Origin.targetOf(origin) == null) {
            deny(request, origin);
        } else {
            add(request);
        }
    }

    void cancel(PermissionRequest request) {
        int at = waiting.indexOf(request);
        if (at >= 0) {
            waiting.set(at, null);
        }
    }

    void decidePosition(String origin, GeolocationPermissions.Callback callback) {
        boolean isPossible = isDeclared(Manifest.permission.ACCESS_COARSE_LOCATION)
            || isDeclared(Manifest.permission.ACCESS_FINE_LOCATION);
        if (!isPossible || Origin.targetOf(origin) == null) {
            callback.invoke(origin, false, false);
            return;
        }
        positionOrigin = origin;
        add(callback);
    }

    private void add(Object question) {
        waiting.add(question);
        if (waiting.size() == 1) {
            ask();
        }
    }

    private void ask() {
        Object first = waiting.get(0);
        List<String> missing = new ArrayList<String>();
        if (first instanceof PermissionRequest) {
            for (String resource : ((PermissionRequest) first).getResources()) {
                addMissing(missing, permissionOf(resource));
            }
        } else if (first != null) {
            // Android 12 wants both named; it denies the one that the manifest lacks, and asks for the other.
            addMissing(missing, Manifest.permission.ACCESS_FINE_LOCATION);
            addMissing(missing, Manifest.permission.ACCESS_COARSE_LOCATION);
        }
        if (missing.isEmpty()) {
            finish();
        } else {
            activity.requestPermissions(missing.toArray(new String[0]), REQUEST);
        }
    }

    private void addMissing(List<String> missing, String permission) {
        if (!isGranted(permission)) {
            missing.add(permission);
        }
    }

    /** Hands the player's answer on to the page, and asks what has waited for it. */
    void finish() {
        if (waiting.isEmpty()) {
            return;
        }
        Object asked = waiting.remove(0);
        if (asked instanceof PermissionRequest) {
            answer((PermissionRequest) asked);
        } else if (asked != null) {
            ((GeolocationPermissions.Callback) asked).invoke(positionOrigin,
                isGranted(Manifest.permission.ACCESS_COARSE_LOCATION)
                || isGranted(Manifest.permission.ACCESS_FINE_LOCATION), false);
        }
        if (!waiting.isEmpty()) {
            ask();
        }
    }

    private void answer(PermissionRequest request) {
        for (String resource : request.getResources()) {
            if (!isGranted(permissionOf(resource))) {
                deny(request, resource);
                return;
            }
        }
        request.grant(request.getResources());
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
