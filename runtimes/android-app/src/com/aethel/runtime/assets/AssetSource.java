package com.aethel.runtime.assets;

import java.io.IOException;

/** Where the game's files come from: the application's assets on a phone, a folder in the tests. */
public interface AssetSource {
    /** Finds a file by its exact path, such as {@code assets/tone.wav}; null when there is none. */
    Asset find(String path) throws IOException;
}
