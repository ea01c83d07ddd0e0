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
        switch (command) {
            case "close": return onWindow(command, "");
            case "fullscreen":
            case "keep-awake":
            case "sound": return onWindow(command, parameters.get("on"));
            case "orientation": return onWindow(command, parameters.get("to"));
            case "log": return logged(parameters.get("level"), parameters.get("text"));
            default: return false;
        }
    }

    /** Carries out what the window's own thread has to do; false without a value. */
    private boolean onWindow(String command, String value) {
        if (value == null) {
            return false;
        }
        activity.runOnUiThread(new WindowCommand(activity, command, value));
        return true;
    }

    private static boolean logged(String level, String text) {
        if (level == null || text == null) {
            return false;
        }
        String line = "page " + level + ": " + text.substring(0, Math.min(text.length(), LONGEST_LINE));
        if (level.equals("error")) {
            GameLog.error(line);
        } else {
            GameLog.info(line);
        }
        return true;
    }

    /** One command, on the window's thread. */
    private static final class WindowCommand implements Runnable {
        private final GameActivity activity;
        private final String command;
        private final String value;

        WindowCommand(GameActivity activity, String command, String value) {
            this.activity = activity;
            this.command = command;
            this.value = value;
        }

        @Override
        public void run() {
            boolean isOn = value.equals("1");
            switch (command) {
                case "close":
                    activity.finishAndRemoveTask();
                    break;
                case "fullscreen":
                    activity.setFullScreen(isOn);
                    break;
                case "keep-awake":
                    activity.setKeepAwake(isOn);
                    break;
                case "sound":
                    activity.setSounding(isOn);
                    break;
                default:
                    activity.setRequestedOrientation(AppConfig.orientation(value));
                    break;
            }
        }
    }
}
