package com.aethel.runtime.assets;

import java.util.Locale;

/** The media type of a file, by its name. Browsers run neither modules nor wasm, and play no sound, of a wrong one. */
final class MediaTypes {
    static final String HTML = "text/html";
    static final String UNKNOWN = "application/octet-stream";
    /** Each suffix and its type; one text, because each text of its own would cost the application 30 bytes more. */
    private static final String TYPES = ";aac=audio/aac;avif=image/avif;bmp=image/bmp;css=text/css;csv=text/csv"
        + ";flac=audio/flac;gif=image/gif;glb=model/gltf-binary;gltf=model/gltf+json;htm=text/html;html=text/html"
        + ";ico=image/x-icon;jpeg=image/jpeg;jpg=image/jpeg;js=text/javascript;json=application/json"
        + ";ktx2=image/ktx2;m4a=audio/mp4;map=application/json;mjs=text/javascript;mov=video/quicktime"
        + ";mp3=audio/mpeg;mp4=video/mp4;oga=audio/ogg;ogg=audio/ogg;ogv=video/ogg;opus=audio/ogg;otf=font/otf"
        + ";pdf=application/pdf;png=image/png;svg=image/svg+xml;ttf=font/ttf;txt=text/plain;vtt=text/vtt"
        + ";wasm=application/wasm;wav=audio/wav;webm=video/webm;webmanifest=application/manifest+json"
        + ";webp=image/webp;woff=font/woff;woff2=font/woff2;xhtml=application/xhtml+xml;xml=application/xml;";

    private MediaTypes() {
    }

    /** The type of what browsers know, else {@link #UNKNOWN}. */
    static String of(String path) {
        String name = path.toLowerCase(Locale.ROOT);
        if (name.endsWith(".br") || name.endsWith(".gz")) { // the exporter has unpacked it
            name = name.substring(0, name.length() - 3);
        }
        int dot = name.lastIndexOf('.');
        String key = dot > name.lastIndexOf('/') ? ";" + name.substring(dot + 1) + "=" : TYPES;
        int at = TYPES.indexOf(key) + key.length();
        return at < key.length() || at == TYPES.length() ? UNKNOWN : TYPES.substring(at, TYPES.indexOf(';', at));
    }

    /** The encoding that goes with a type: UTF-8 for texts, unless a page names its own. */
    static String charset(String type) {
        return type.startsWith("text/") && !type.equals(HTML) ? "utf-8" : null;
    }
}
