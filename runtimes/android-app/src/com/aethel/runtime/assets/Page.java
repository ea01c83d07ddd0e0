package com.aethel.runtime.assets;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;

/** A page with the tag of the runtime's script put in; of the page itself only the first bytes are in memory. */
public final class Page implements Asset {
    private final Asset original;
    private final byte[] beginning; // of what is served: up to and with the tag
    private final int offset; // where the original goes on
    private final String encoding;

    private Page(Asset original, byte[] beginning, int offset, String encoding) {
        this.original = original;
        this.beginning = beginning;
        this.offset = offset;
        this.encoding = encoding;
    }

    /** Reads the page's first bytes and finds the tag's place. */
    static Page with(String tag, Asset original) throws IOException {
        byte[] head = firstBytes(original, PageHead.SIZE);
        PageHead page = new PageHead(head);
        int offset = page.scriptOffset();
        byte[] inserted = page.encoded(tag);
        byte[] beginning = Arrays.copyOf(head, offset + inserted.length);
        System.arraycopy(inserted, 0, beginning, offset, inserted.length);
        return new Page(original, beginning, offset, page.encoding());
    }

    /** The encoding to tell the browser; null when the page declares it. */
    String encoding() {
        return encoding;
    }

    @Override
    public long length() {
        return original.length() - offset + beginning.length;
    }

    @Override
    public InputStream open(long from) throws IOException {
        if (from >= beginning.length) {
            return original.open(from - beginning.length + offset);
        }
        int at = (int) from;
        return new SequenceInputStream(
            new ByteArrayInputStream(beginning, at, beginning.length - at), original.open(offset));
    }

    /** Reads a file up to a size: whole, where it is smaller. */
    public static byte[] firstBytes(Asset asset, int most) throws IOException {
        byte[] bytes = new byte[(int) Math.min(most, asset.length())];
        int size = 0;
        InputStream stream = asset.open(0);
        try {
            for (int read = 0; read >= 0 && size < bytes.length; size += Math.max(read, 0)) {
                read = stream.read(bytes, size, bytes.length - size);
            }
        } finally {
            stream.close();
        }
        return Arrays.copyOf(bytes, size);
    }
}
