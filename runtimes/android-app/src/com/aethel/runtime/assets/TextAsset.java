package com.aethel.runtime.assets;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** A text that the application itself answers with. */
final class TextAsset implements Asset {
    private final byte[] bytes;

    TextAsset(String text) {
        bytes = text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public long length() {
        return bytes.length;
    }

    @Override
    public InputStream open(long from) {
        return new ByteArrayInputStream(bytes, (int) from, bytes.length - (int) from);
    }
}
