import Foundation

/// Where the game lives: an address that never changes, as saves belong to it.
///
/// The scheme is the application's own, so every application has its own saves even under the same address. WebKit takes
/// such an origin for a secure context since iOS 15.
enum Origin {
    static let scheme = "aethel"
    static let host = "game"
    static let text = "\(scheme)://\(host)"
    static let start = URL(string: "\(text)/")!

    static func contains(_ address: URL) -> Bool {
        address.scheme?.lowercased() == scheme && address.host?.lowercased() == host && address.port == nil
    }

    /// What opens in the system instead: pages, letters, calls. Anything else a page may not start.
    static func isForeign(_ address: URL) -> Bool {
        ["https", "http", "mailto", "tel"].contains(address.scheme?.lowercased() ?? "")
    }

    /// Whether a page of the game may show it in place: its own files, and what it has made itself.
    static func isOwn(_ address: URL) -> Bool {
        contains(address) || ["about", "blob", "data"].contains(address.scheme?.lowercased() ?? "")
    }
}
