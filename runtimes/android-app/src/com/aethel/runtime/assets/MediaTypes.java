package com.aethel.runtime.assets;

import java.util.Locale;

/** The media type of a file, by its name. Browsers run neither modules nor wasm, and play no sound, of a wrong one. */
final class MediaTypes {
    static final String HTML = "text/html";
    static final String UNKNOWN = "application/octet-stream";
    /**
     * Types, and the suffixes that each is for; one that ends with a slash ends with the suffix itself. All are one text,
     * because each text of its own would cost the application 30 bytes more.
     */
    private static final String TYPES = "\n"
        + "application/\njson\npdf\nwasm\nxml\napplication/json\nmap\napplication/manifest+json\nwebmanifest\n"
        + "application/xhtml+xml\nxhtml\naudio/\naac\nflac\nogg\nwav\naudio/mp4\nm4a\naudio/mpeg\nmp3\n"
        + "audio/ogg\noga\nopus\nfont/\notf\nttf\nwoff\nwoff2\nimage/\navif\nbmp\ngif\njpeg\nktx2\npng\nwebp\n"
        + "image/jpeg\njpg\nimage/svg+xml\nsvg\nimage/x-icon\nico\nmodel/gltf+json\ngltf\nmodel/gltf-binary\n"
        + "glb\ntext/\ncss\ncsv\nhtml\nvtt\ntext/html\nhtm\ntext/javascript\njs\nmjs\ntext/plain\ntxt\nvideo/\n"
        + "mp4\nwebm\nvideo/ogg\nogv\nvideo/quicktime\nmov\n";

    private MediaTypes() {
    }

    /** The type of what browsers know, else {@link #UNKNOWN}. */
    static String of(String path) {
        String name = path.toLowerCase(Locale.ROOT);
        if (name.endsWith(".br") || name.endsWith(".gz")) { // the exporter has unpacked it
            name = name.substring(0, name.length() - 3);
        }
        int dot = name.lastIndexOf('.');
        String suffix = name.substring(dot + 1);
        int at = dot > name.lastIndexOf('/') ? TYPES.indexOf("\n" + suffix + "\n") : -1; // no name has a line's end in it
        if (at < 0) {
            return UNKNOWN;
        }
        int slash = TYPES.lastIndexOf('/', at);
        String type = TYPES.substring(TYPES.lastIndexOf('\n', slash) + 1, TYPES.indexOf('\n', slash));
        return type.endsWith("/") ? type + suffix : type;
    }

    /** The encoding that goes with a type: UTF-8 for texts, unless a page names its own. */
    static String charset(String type) {
        return type.startsWith("text/") && !type.equals(HTML) ? "utf-8" : null;
    }
}
