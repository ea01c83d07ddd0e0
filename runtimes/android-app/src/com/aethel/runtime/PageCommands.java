package com.aethel.runtime;

import com.aethel.runtime.assets.CommandRunner;

import java.util.Map;

/**
 * What the page may ask of the application. It asks by requests to its own origin, and not through
 * {@code addJavascriptInterface}: such an object is there in every frame, those of foreign sites too, and a request names
 * the page that it comes from.
 */
final class PageCommands implements CommandRunner {
    private static final int LONGEST_LINE = 2_048; // characters
    private final GameActivity activity;

    PageCommands(GameActivity activity) {
        this.activity = activity;
    }

    @Override
    public boolean run(String command, Map<String, String> parameters) {
        String value = parameters.get(command.equals("orientation") ? "to" : command.equals("log") ? "text" : "on");
        if (value == null && !command.equals("close")) {
            return false;
        }
        if (command.equals("log")) {
            GameLog.page(value.substring(0, Math.min(value.length(), LONGEST_LINE)), "error".equals(parameters.get("level")));
            return true;
        }
        WindowCommand inWindow = new WindowCommand(activity, command, value);
        if (!inWindow.isKnown()) {
            return false;
        }
        activity.runOnUiThread(inWindow);
        return true;
    }
}
