package com.aethel.runtime.assets;

import java.io.IOException;
import java.io.InputStream;

/**
 * The body of an answer: a part of a file, opened when its first byte is read.
 *
 * <p>Android's web view treats the stream of an intercepted request as the whole file, whatever the answer's status is. It
 * reads the Range header of its request itself, takes {@link #available()} for the file's size, refuses a range beyond it,
 * skips to the range's first byte, makes the Content-Length of these, and then reads to the end of the stream. A part that
 * began at its own first byte would lose as many bytes again. So this stream says where the part ends in the file, takes
 * any skip before the first read for the one that it does itself, and ends behind the part's last byte. Whoever reads
 * it without skipping gets the same bytes.
 *
 * <p>Source: Chromium, components/embedder_support/android/util/input_stream_reader.cc (VerifyRequestedRange and
 * SkipToRequestedRange), the same since 2012.
 */
final class RangeStream extends InputStream {
    private final Asset asset;
    private final long first;
    private final long end;
    private InputStream opened;
    private long position;

    /**
     * The bytes of a file from {@code first} up to, but not with, {@code end}; none of them without a file, which answers
     * HEAD: the web view asks for the length all the same.
     */
    RangeStream(Asset asset, long first, long end) {
        this.asset = asset;
        this.first = first;
        this.end = end;
        this.position = first;
    }

    @Override
    public int available() {
        return (int) Math.min(Integer.MAX_VALUE, opened == null ? end : end - position);
    }

    @Override
    public long skip(long count) throws IOException {
        if (opened == null) {
            return Math.max(0, count);
        }
        long skipped = opened.skip(Math.min(count, end - position));
        position += skipped;
        return skipped;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (position >= end || asset == null) {
            return length == 0 ? 0 : -1;
        }
        if (opened == null) {
            opened = asset.open(first);
        }
        int read = opened.read(buffer, offset, (int) Math.min(length, end - position));
        if (read < 0) {
            throw new IOException("shorter than its length");
        }
        position += read;
        return read;
    }

    @Override
    public void close() throws IOException {
        if (opened != null) {
            opened.close();
        }
    }
}
