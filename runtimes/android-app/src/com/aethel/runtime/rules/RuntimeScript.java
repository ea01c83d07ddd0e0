package com.aethel.runtime.rules;

/** The script that every page runs before its own: a function, called with the game and the place where it runs. */
public final class RuntimeScript {
    private RuntimeScript() {
    }

    /**
     * @param function The function, as text; the template carries it.
     * @param game     {@code aethel-app.json}, as it is; JSON is JavaScript.
     * @param abi      The phone's preferred binary interface, as Android calls it.
     */
    public static String of(String function, String game, String abi) {
        return "(" + function + ")(" + game + ",\"" + abi + "\")";
    }
}
