package com.aethel.runtime.assets;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Decodes the percent signs of addresses and queries, strictly: what is no UTF-8 is refused, not replaced. */
final class PercentDecoder {
    private PercentDecoder() {
    }

    /** The decoded text, or null when a percent sign is not followed by two digits or the bytes are no UTF-8. */
    static String decode(String text) {
        byte[] given = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(given.length);
        for (int i = 0; i < given.length; i++) {
            if (given[i] != '%') {
                decoded.write(given[i]);
                continue;
            }
            int high = i + 2 < given.length ? Character.digit(given[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(given[i + 2], 16);
            if (low < 0) {
                return null;
            }
            decoded.write(high << 4 | low);
            i += 2;
        }
        try {
            // A new decoder reports what is malformed; that of String replaces it.
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(decoded.toByteArray())).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** The parameters of a target as {@code URLSearchParams} writes them: of two alike the last, none that cannot be decoded. */
    static Map<String, String> parametersOf(String target) {
        Map<String, String> parameters = new LinkedHashMap<String, String>();
        int start = target.indexOf('?');
        if (start < 0) {
            return parameters;
        }
        int end = target.indexOf('#', start);
        for (String pair : target.substring(start + 1, end < 0 ? target.length() : end).replace('+', ' ').split("&")) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? null : decode(pair.substring(0, equals));
            String value = equals < 0 ? null : decode(pair.substring(equals + 1));
            if (name != null && value != null) {
                parameters.put(name, value);
            }
        }
        return parameters;
    }
}
