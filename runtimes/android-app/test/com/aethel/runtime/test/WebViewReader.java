package com.aethel.runtime.test;

import com.aethel.runtime.assets.AssetResponse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads an answer as Android's web view does: it makes the length of the stream and of its own request's Range, and skips.
 * The rules are those of Chromium's InputStreamReader and AndroidStreamReaderURLLoader.
 */
final class WebViewReader {
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d*)-(\\d*)");
    private static final int MOST_UNKNOWN = 2_048; // bytes at a time where the stream says nothing

    long length; // what the page is told
    byte[] body;

    WebViewReader(AssetResponse response, String range) throws IOException {
        try (InputStream stream = response.body) {
            seek(stream, range == null ? null : RANGE.matcher(range));
            body = rest(stream);
        }
    }

    private void seek(InputStream stream, Matcher range) throws IOException {
        long size = stream.available();
        long first = 0;
        boolean isSingle = range != null && range.matches();
        if (isSingle && range.group(1).isEmpty()) {
            first = size > 0 ? Math.max(0, size - Long.parseLong(range.group(2))) : 0;
        } else if (isSingle) {
            first = Long.parseLong(range.group(1));
        }
        if (size > 0) {
            boolean isOpen = !isSingle || range.group(1).isEmpty() || range.group(2).isEmpty();
            long last = isOpen ? size - 1 : Math.min(Long.parseLong(range.group(2)), size - 1);
            if (first > last) {
                throw new IOException("ERR_REQUEST_RANGE_NOT_SATISFIABLE");
            }
            length = last - first + 1;
        }
        for (long left = first; left > 0; ) {
            long skipped = stream.skip(left);
            if (skipped <= 0) {
                throw new IOException("ERR_REQUEST_RANGE_NOT_SATISFIABLE");
            }
            left -= skipped;
        }
    }

    private static byte[] rest(InputStream stream) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] buffer = new byte[65_536];
        while (true) {
            int available = stream.available();
            int wanted = Math.min(buffer.length, available > 1 ? available : MOST_UNKNOWN);
            int read = stream.read(buffer, 0, wanted);
            if (read < 0) {
                return bytes.toByteArray();
            }
            bytes.write(buffer, 0, read);
        }
    }
}
