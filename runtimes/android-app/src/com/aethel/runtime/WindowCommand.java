package com.aethel.runtime;

import java.util.Arrays;

/** A command that the window's own thread carries out. */
final class WindowCommand implements Runnable {
    private final GameActivity activity;
    private final String command;
    private final String value;

    WindowCommand(GameActivity activity, String command, String value) {
        this.activity = activity;
        this.command = command;
        this.value = value;
    }

    boolean isKnown() {
        return Arrays.asList("close", "fullscreen", "keep-awake", "sound", "orientation").contains(command);
    }

    @Override
    public void run() {
        boolean isOn = "1".equals(value);
        if (command.equals("close")) {
            activity.finishAndRemoveTask();
        } else if (command.equals("fullscreen")) {
            activity.fullScreen.set(isOn);
        } else if (command.equals("keep-awake")) {
            activity.setKeepAwake(isOn);
        } else if (command.equals("sound")) {
            activity.sound.set(isOn && !activity.isPaused); // workers ask in the background, too
        } else {
            activity.setRequestedOrientation(AppConfig.orientation(value));
        }
    }
}
