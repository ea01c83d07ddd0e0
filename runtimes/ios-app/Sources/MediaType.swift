import Foundation

/// What a file is, by the end of its name. WebAssembly compiles while it loads only under its own type.
enum MediaType {
    static let html = "text/html"
    static let plainText = "text/plain; charset=utf-8"
    static let unknown = "application/octet-stream"

    static func of(_ path: String) -> String {
        var name = path.split(separator: "/").last.map { $0.lowercased() } ?? ""
        for packed in [".br", ".gz"] where name.hasSuffix(packed) {
            name.removeLast(packed.count)  // the exporter has unpacked it
            break
        }
        guard let dot = name.lastIndex(of: ".") else { return unknown }
        return types[String(name[name.index(after: dot)...])] ?? unknown
    }

    private static let types = [
        "aac": "audio/aac",
        "avif": "image/avif",
        "bmp": "image/bmp",
        "caf": "audio/x-caf",
        "css": "text/css",
        "csv": "text/csv; charset=utf-8",
        "flac": "audio/flac",
        "gif": "image/gif",
        "glb": "model/gltf-binary",
        "gltf": "model/gltf+json",
        "htm": html,
        "html": html,
        "ico": "image/x-icon",
        "jpeg": "image/jpeg",
        "jpg": "image/jpeg",
        "js": "text/javascript",
        "json": "application/json",
        "ktx2": "image/ktx2",
        "m4a": "audio/mp4",
        "m4v": "video/mp4",
        "map": "application/json",
        "mjs": "text/javascript",
        "mov": "video/quicktime",
        "mp3": "audio/mpeg",
        "mp4": "video/mp4",
        "oga": "audio/ogg",
        "ogg": "audio/ogg",
        "ogv": "video/ogg",
        "opus": "audio/ogg",
        "otf": "font/otf",
        "pdf": "application/pdf",
        "png": "image/png",
        "svg": "image/svg+xml",
        "ttf": "font/ttf",
        "txt": plainText,
        "vtt": "text/vtt; charset=utf-8",
        "wasm": "application/wasm",
        "wav": "audio/wav",
        "webm": "video/webm",
        "webmanifest": "application/manifest+json",
        "webp": "image/webp",
        "woff": "font/woff",
        "woff2": "font/woff2",
        "xml": "application/xml",
    ]
}
