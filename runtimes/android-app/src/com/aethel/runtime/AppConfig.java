package com.aethel.runtime;

import android.content.pm.ActivityInfo;

import com.aethel.runtime.rules.WebViewVersion;

import org.json.JSONException;
import org.json.JSONObject;

/** What {@code aethel-app.json} says of the game; the exporter has written it. */
final class AppConfig {
    static final String FILE = "aethel-app.json";
    final String text;
    final String entry;
    final boolean isDebug;
    final boolean isIsolated;
    final int orientation;
    final int oldestWebView;

    AppConfig(String text) throws JSONException {
        JSONObject json = new JSONObject(text);
        this.text = text;
        this.entry = json.getString("entry");
        this.isDebug = json.optBoolean("debug", false);
        this.isIsolated = json.optBoolean("isolated", false);
        this.orientation = orientation(json.optString("orientation", "any"));
        this.oldestWebView = json.optInt("oldestWebView", WebViewVersion.OLDEST);
    }

    /** Android's number of an orientation: as the sensors say, within what the player has locked. */
    static int orientation(String name) {
        if (name.equals("landscape")) {
            return ActivityInfo.SCREEN_ORIENTATION_USER_LANDSCAPE;
        }
        return name.equals("portrait")
            ? ActivityInfo.SCREEN_ORIENTATION_USER_PORTRAIT : ActivityInfo.SCREEN_ORIENTATION_FULL_USER;
    }
}
