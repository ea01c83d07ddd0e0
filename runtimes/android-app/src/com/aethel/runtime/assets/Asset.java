package com.aethel.runtime.assets;

import java.io.IOException;
import java.io.InputStream;

/** A file of the game, not yet opened. */
public interface Asset {
    /** Its size in bytes, unpacked. */
    long length();

    /** Opens it at an offset of 0 to {@link #length()}; the caller closes the stream. */
    InputStream open(long from) throws IOException;
}
