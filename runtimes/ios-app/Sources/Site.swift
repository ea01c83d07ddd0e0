import Foundation

/// What a page asks for.
struct SiteRequest {
    let method: String
    let path: SitePath
    let range: String?

    var isHead: Bool { method == "HEAD" }
}

/// What it is answered: a status, headers, and perhaps a part of a file.
struct SiteResponse {
    var status: Int
    var headers: [String: String]
    var file: URL?
    var bytes: Range<Int> = 0..<0
}

/// The game as a web site. It reads the folder that it was given, and nothing else.
struct Site {
    let root: URL
    let entry: String
    let isIsolated: Bool

    /// For every page, a maker's own too: nobody frames it. The player's page brings a stricter policy of its own.
    private static let policy = "frame-ancestors 'self'; object-src 'self' blob: data:"

    /// Looks at the disk, so it belongs on no thread that draws.
    func response(to request: SiteRequest) -> SiteResponse {
        guard ["GET", "HEAD"].contains(request.method) else { return failure(405) }
        guard case .file(let path) = request.path else { return failure(400) }
        guard let (file, size) = regularFile(path) else { return failure(404) }
        let type = contentType(of: file, path: path)
        var response = SiteResponse(status: 200, headers: headers(type: type), file: file, bytes: 0..<size)
        switch ByteRange(header: request.range, size: size) {
        case .all:
            break
        case .part(let bytes):
            response.status = 206
            response.bytes = bytes
            response.headers["Content-Range"] = "bytes \(bytes.lowerBound)-\(bytes.upperBound - 1)/\(size)"
        case .unsatisfiable:
            response = failure(416)
            response.headers["Content-Range"] = "bytes */\(size)"
        }
        response.headers["Content-Length"] = String(response.bytes.count)
        if request.isHead {
            response.bytes = 0..<0
        }
        return response
    }

    /// An answer without content.
    func failure(_ status: Int) -> SiteResponse {
        var headers = headers(type: MediaType.plainText)
        headers["Content-Length"] = "0"
        return SiteResponse(status: status, headers: headers)
    }

    /// A file of the game and its size; links that lead out of the folder are none.
    private func regularFile(_ path: String) -> (URL, Int)? {
        let folder = root.resolvingSymlinksInPath()
        let file = folder.appendingPathComponent(path, isDirectory: false).resolvingSymlinksInPath()
        guard file.path.hasPrefix(folder.path + "/") else { return nil }
        guard let found = try? FileManager.default.attributesOfItem(atPath: file.path) else { return nil }
        guard found[.type] as? FileAttributeType == .typeRegular else { return nil }
        return (found[.size] as? NSNumber).map { (file, $0.intValue) }
    }

    private func contentType(of file: URL, path: String) -> String {
        let type = MediaType.of(path)
        guard type == MediaType.html, let handle = try? FileHandle(forReadingFrom: file) else { return type }
        defer { try? handle.close() }
        return PageText.contentType(head: (try? handle.read(upToCount: PageText.headBytes)) ?? Data())
    }

    private func headers(type: String) -> [String: String] {
        var headers = [
            "Content-Type": type,
            "Accept-Ranges": "bytes",
            "Cache-Control": "no-cache",  // the next version of the game has the same origin
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
        ]
        if type.hasPrefix(MediaType.html) {
            headers["Content-Security-Policy"] = Self.policy
        }
        if isIsolated {
            headers["Cross-Origin-Opener-Policy"] = "same-origin"
            headers["Cross-Origin-Embedder-Policy"] = "require-corp"
        }
        return headers
    }
}
