package com.aethel.runtime.test;

import com.aethel.runtime.assets.Asset;
import com.aethel.runtime.assets.AssetSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** A folder of a computer in place of the package of a phone. */
final class FolderAssets implements AssetSource {
    private final Path folder;

    FolderAssets(Path folder) {
        this.folder = folder;
    }

    @Override
    public Asset find(String path) throws IOException {
        Path file;
        try {
            file = folder.resolve(path);
        } catch (InvalidPathException e) {
            return null;
        }
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? new FileAsset(file, Files.size(file)) : null;
    }

    private static final class FileAsset implements Asset {
        private final Path file;
        private final long length;

        FileAsset(Path file, long length) {
            this.file = file;
            this.length = length;
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public InputStream open(long from) throws IOException {
            SeekableByteChannel channel = Files.newByteChannel(file);
            channel.position(from);
            return Channels.newInputStream(channel);
        }
    }
}
