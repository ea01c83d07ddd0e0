package android.content.res;

import android.os.ParcelFileDescriptor;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;

public class AssetFileDescriptor implements Closeable {
    public AssetFileDescriptor(ParcelFileDescriptor fd, long startOffset, long length) {
    }
    public native ParcelFileDescriptor getParcelFileDescriptor();
    public native long getStartOffset();
    public native long getLength();
    public native FileInputStream createInputStream() throws IOException;
    @Override
    public native void close() throws IOException;
}
