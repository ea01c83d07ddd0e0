package android.content.res;

import java.io.IOException;
import java.io.InputStream;

/** Assets that are compressed, and damaged: every way to read one but the named ones fails. */
public final class AssetManager {
    public static final int ACCESS_STREAMING = 2;
    public int opened;
    public int closed;
    private final String working;

    /** Only so much works: "", "available", "available skip". */
    public AssetManager(String working) {
        this.working = working;
    }

    public InputStream open(String fileName, int accessMode) throws IOException {
        opened++;
        return new InputStream() {
            @Override
            public int available() throws IOException {
                return (int) or("available", 1_000);
            }

            @Override
            public long skip(long count) throws IOException {
                return or("skip", count / 2);
            }

            @Override
            public int read() throws IOException {
                return (int) or("read", 1);
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                return read();
            }

            @Override
            public void close() {
                closed++;
            }
        };
    }

    public AssetFileDescriptor openFd(String fileName) throws IOException {
        throw new IOException("compressed");
    }

    private long or(String call, long value) throws IOException {
        if (!working.contains(call)) {
            throw new IOException("damaged");
        }
        return value;
    }
}
