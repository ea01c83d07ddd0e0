#include "mime.h"

static const struct {
    const char *suffix, *type;
} TYPES[] = {
    {"aac", "audio/aac"},
    {"avif", "image/avif"},
    {"bmp", "image/bmp"},
    {"css", "text/css"},
    {"csv", "text/csv; charset=utf-8"},
    {"flac", "audio/flac"},
    {"gif", "image/gif"},
    {"glb", "model/gltf-binary"},
    {"gltf", "model/gltf+json"},
    {"htm", "text/html"},
    {"html", "text/html"},
    {"ico", "image/x-icon"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "text/javascript"},
    {"json", "application/json"},
    {"ktx2", "image/ktx2"},
    {"m4a", "audio/mp4"},
    {"map", "application/json"},
    {"mjs", "text/javascript"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"oga", "audio/ogg"},
    {"ogg", "audio/ogg"},
    {"ogv", "video/ogg"},
    {"opus", "audio/ogg"},
    {"otf", "font/otf"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"svg", "image/svg+xml"},
    {"ttf", "font/ttf"},
    {"txt", "text/plain; charset=utf-8"},
    {"vtt", "text/vtt; charset=utf-8"},
    {"wasm", "application/wasm"},
    {"wav", "audio/wav"},
    {"webm", "video/webm"},
    {"webmanifest", "application/manifest+json"},
    {"webp", "image/webp"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"xml", "application/xml"},
};

static uint8_t lower(uint8_t byte) { return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte; }

static bool same_but_for_case(struct bytes text, const char *lowered) {
    if (text.size != strlen(lowered)) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (lower(text.data[i]) != (uint8_t)lowered[i]) {
            return false;
        }
    }
    return true;
}

/* What follows the last '.' of the name, empty when nothing does. */
static struct bytes suffix_of(struct bytes name) {
    size_t start = name.size;
    while (start > 0 && name.data[start - 1] != '.' && name.data[start - 1] != '/') {
        start--;
    }
    bool there = start > 0 && name.data[start - 1] == '.';
    return (struct bytes){name.data + start, there ? name.size - start : 0};
}

const char *mime_type(struct bytes name) {
    struct bytes suffix = suffix_of(name);
    if (same_but_for_case(suffix, "br") || same_but_for_case(suffix, "gz")) { /* the exporter has unpacked it */
        name.size -= suffix.size + 1;
        suffix = suffix_of(name);
    }
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++) {
        if (same_but_for_case(suffix, TYPES[i].suffix)) {
            return TYPES[i].type;
        }
    }
    return "application/octet-stream";
}
