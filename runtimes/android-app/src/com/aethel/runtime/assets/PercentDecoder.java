package com.aethel.runtime.assets;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Decodes the percent signs of addresses, strictly: what is no UTF-8 is refused, not replaced. */
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
}
