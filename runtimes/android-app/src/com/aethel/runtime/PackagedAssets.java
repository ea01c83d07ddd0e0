package com.aethel.runtime;

import android.content.res.AssetFileDescriptor;
import android.content.res.AssetManager;

import com.aethel.runtime.assets.Asset;
import com.aethel.runtime.assets.AssetSource;
import com.aethel.runtime.assets.Page;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The game's files in the application's package: read in place where they are stored, unpacked as they are read else. */
final class PackagedAssets implements AssetSource {
    static final String FOLDER = "www/";
    private final AssetManager assets;

    PackagedAssets(AssetManager assets) {
        this.assets = assets;
    }

    /** A short text of the package, whole. */
    String read(String name) throws IOException {
        Asset asset = findNamed(name);
        if (asset == null) {
            throw new IOException(name);
        }
        return new String(Page.firstBytes(asset, Integer.MAX_VALUE), StandardCharsets.UTF_8);
    }

    @Override
    public Asset find(String path) {
        return findNamed(FOLDER + path);
    }

    private Asset findNamed(String name) {
        try {
            AssetFileDescriptor file = assets.openFd(name);
            file.close();
            return new Packaged(assets, name, file.getLength(), true);
        } catch (IOException compressed) { // or there is none: both are told by the same exception
            return findCompressed(name);
        }
    }

    private Asset findCompressed(String name) {
        try {
            InputStream stream = assets.open(name, AssetManager.ACCESS_STREAMING);
            try {
                // The asset manager answers with the unpacked size of the whole rest, not of what it has unpacked so far.
                return new Packaged(assets, name, stream.available(), false);
            } finally {
                stream.close();
            }
        } catch (IOException missing) {
            return null;
        }
    }

    /** A file of the package. */
    static final class Packaged implements Asset {
        private final AssetManager assets;
        private final String name;
        private final long length;
        private final boolean isStored;

        Packaged(AssetManager assets, String name, long length, boolean isStored) {
            this.assets = assets;
            this.name = name;
            this.length = length;
            this.isStored = isStored;
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public InputStream open(long from) throws IOException {
            return isStored ? openStored(from) : openCompressed(from);
        }

        /** A file that lies in the package as it is: a part of it begins at its place in the package. */
        private InputStream openStored(long from) throws IOException {
            AssetFileDescriptor file = assets.openFd(name);
            // The stream owns the descriptor, closes it, seeks to the start by itself, and ends where the file ends.
            return new AssetFileDescriptor(
                file.getParcelFileDescriptor(), file.getStartOffset() + from, length - from).createInputStream();
        }

        /** A file that has to be unpacked: what comes before a part is unpacked, too, and passed over. */
        private InputStream openCompressed(long from) throws IOException {
            InputStream stream = assets.open(name, AssetManager.ACCESS_STREAMING);
            try {
                for (long left = from; left > 0; ) {
                    long skipped = stream.skip(left);
                    if (skipped <= 0) {
                        throw new IOException(name);
                    }
                    left -= skipped;
                }
                return stream;
            } catch (IOException shorter) {
                stream.close();
                throw shorter;
            }
        }
    }
}
