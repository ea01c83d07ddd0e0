import Foundation

/// What a page may ask of the application: `POST /.aethel/<command>?…`, with a header that other sites cannot send.
enum BridgeCommand: Equatable {
    case log(level: String, text: String)
    case vibrate([TimeInterval])
    case fullscreen(Bool)

    static let header = "Aethel-Page"

    /// Nil for what a phone cannot do: it has no window to resize or to close.
    init?(name: String, query: String?) {
        let values = Self.values(of: query)
        switch name {
        case "log":
            self = .log(level: values["level"] ?? "", text: values["text"] ?? "")
        case "vibrate":
            guard let pattern = Vibration.pattern(values["pattern"] ?? "") else { return nil }
            self = .vibrate(pattern)
        case "fullscreen":
            self = .fullscreen(values["on"] == "1")
        default:
            return nil
        }
    }

    /// As `URLSearchParams` writes them: a plus is a blank. Of two values with one name the first counts.
    private static func values(of query: String?) -> [String: String] {
        let pairs = (query ?? "").split(separator: "&").map { $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false) }
        let decoded = pairs.compactMap { pair -> (String, String)? in
            let parts = pair.map { $0.replacingOccurrences(of: "+", with: " ").removingPercentEncoding }
            guard parts.count == 2, let name = parts[0], let value = parts[1] else { return nil }
            return (name, value)
        }
        return Dictionary(decoded, uniquingKeysWith: { first, _ in first })
    }
}
