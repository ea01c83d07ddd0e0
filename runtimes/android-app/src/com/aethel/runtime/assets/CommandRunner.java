package com.aethel.runtime.assets;

import java.util.Map;

/** What the page may ask of the application that it runs in. */
public interface CommandRunner {
    /** Carries out a command of the page; false when there is no such command or it was not possible. */
    boolean run(String command, Map<String, String> parameters);
}
