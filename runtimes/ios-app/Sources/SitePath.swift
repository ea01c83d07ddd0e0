import Foundation

/// Where a request leads. What comes from a page is hostile: it is decoded once, and never leaves the game's folder.
enum SitePath: Equatable {
    /// A file of the game, relative to its folder.
    case file(String)
    /// A command to the application, behind its prefix.
    case command(String)
    case invalid

    static let commands = ".aethel/"
    static let folderPage = "index.html"
    /// A path of a project has at most 512 bytes; here each may be a percent sign and two digits.
    private static let mostBytes = 1_600

    /// Takes the path of a URL as it stands there, percent signs and all.
    init(encoded: String, entry: String) {
        self = .invalid
        guard encoded.hasPrefix("/"), encoded.utf8.count <= Self.mostBytes else { return }
        guard let path = String(encoded.dropFirst()).removingPercentEncoding else { return }
        if path.hasPrefix(Self.commands) {
            self = .command(String(path.dropFirst(Self.commands.count)))
        } else if path.isEmpty {
            self = .file(entry)
        } else {
            let file = path.hasSuffix("/") ? path + Self.folderPage : path
            self = Self.isInside(file) ? .file(file) : .invalid
        }
    }

    private static func isInside(_ path: String) -> Bool {
        guard !path.unicodeScalars.contains(where: { $0.value < 0x20 || $0 == "\\" || $0.value == 0x7F }) else { return false }
        return path.components(separatedBy: "/").allSatisfy { !["", ".", ".."].contains($0) }
    }
}
