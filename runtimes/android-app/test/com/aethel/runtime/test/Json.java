package com.aethel.runtime.test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One line of JSON. */
final class Json {
    private final List<String> fields = new ArrayList<>();

    Json with(String name, Object value) {
        fields.add(quoted(name) + ":" + text(value));
        return this;
    }

    @Override
    public String toString() {
        return "{" + String.join(",", fields) + "}";
    }

    private static String text(Object value) {
        if (value instanceof Map) {
            Json inner = new Json();
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                inner.with(entry.getKey().toString(), entry.getValue());
            }
            return inner.toString();
        }
        return value instanceof String ? quoted((String) value) : String.valueOf(value);
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char letter : text.toCharArray()) {
            if (letter >= ' ' && letter < 0x7f && letter != '"' && letter != '\\') {
                quoted.append(letter);
            } else {
                quoted.append(String.format("\\u%04x", (int) letter));
            }
        }
        return quoted.append('"').toString();
    }
}
