package com.aethel.runtime.assets;

import java.util.LinkedHashMap;
import java.util.Map;

/** The parameters of a command, as {@code URLSearchParams} writes them. */
final class Query {
    private Query() {
    }

    /** The parameters by name; of two alike the last, and none that cannot be decoded. */
    static Map<String, String> of(String target) {
        Map<String, String> parameters = new LinkedHashMap<String, String>();
        int start = target.indexOf('?');
        if (start < 0) {
            return parameters;
        }
        int end = target.indexOf('#', start);
        for (String pair : target.substring(start + 1, end < 0 ? target.length() : end).split("&")) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? null : decoded(pair.substring(0, equals));
            String value = equals < 0 ? null : decoded(pair.substring(equals + 1));
            if (name != null && value != null) {
                parameters.put(name, value);
            }
        }
        return parameters;
    }

    private static String decoded(String text) {
        return PercentDecoder.decode(text.replace('+', ' '));
    }
}
