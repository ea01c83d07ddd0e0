package com.aethel.runtime.rules;

/** The script that every page runs before its own: a function, called with the game and the place where it runs. */
public final class RuntimeScript {
    private RuntimeScript() {
    }

    /**
     * @param function The function, as text; the template carries it.
     * @param game     {@code aethel-app.json}, as it is; JSON is JavaScript.
     * @param abi      The phone's preferred binary interface, as Android calls it.
     * @param shell    The runtime's version.
     */
    public static String of(String function, String game, String abi, String shell) {
        return "(" + function.trim() + ")(" + game.trim() + ", {\"os\": \"android\", \"arch\": \"" + architecture(abi)
            + "\", \"shell\": \"" + shell + "\", \"view\": \"android\"});\n";
    }

    private static String architecture(String abi) {
        switch (abi) {
            case "arm64-v8a": return "arm64";
            case "armeabi-v7a": return "arm";
            case "x86_64": return "x64";
            default: return abi.equals("x86") ? abi : "unknown";
        }
    }
}
