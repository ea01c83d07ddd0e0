package com.aethel.runtime;

import android.content.res.AssetManager;

import com.aethel.runtime.assets.Asset;
import com.aethel.runtime.assets.AssetServer;

import java.io.IOException;
import java.util.Collections;

/** Reads damaged files of a package in every way; prints for each how it went, and how many streams are left open. */
final class Streams {
    private Streams() {
    }

    private interface Reading {
        Object read(PackagedAssets assets) throws IOException;
    }

    public static void main(String[] arguments) {
        print("find", "", assets -> assets.find("a.bin"));
        print("read", "available", assets -> assets.read("a.txt"));
        print("part", "available", assets -> assets.find("a.bin").open(5));
        print("part that ends", "available skip", assets -> assets.find("a.bin").open(1));
        print("page", "available", assets -> server(assets).respond("GET", "/index.html", Collections.emptyMap()).status);
        print("missing", "", assets -> server(assets).respond("GET", "/index.html", Collections.emptyMap()).status);
    }

    private static AssetServer server(PackagedAssets assets) {
        return new AssetServer(assets, (command, parameters) -> false, "index.html", false, "");
    }

    private static void print(String name, String working, Reading reading) {
        AssetManager manager = new AssetManager(working);
        String said;
        try {
            Object read = reading.read(new PackagedAssets(manager));
            said = read instanceof Asset ? "an asset" : String.valueOf(read);
        } catch (IOException e) {
            said = "failed";
        }
        System.out.println(name + ": " + said + ", " + manager.opened + " opened, " + (manager.opened - manager.closed) + " left");
    }
}
