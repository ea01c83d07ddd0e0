import Foundation

/// How a page's text is encoded: as it says itself, else UTF-8 as everywhere else a game is shown.
enum PageText {
    /// As many bytes as browsers look through for an encoding (HTML, 13.2.3.2).
    static let headBytes = 1_024

    static func contentType(head: Data) -> String {
        namesEncoding(head) ? MediaType.html : "\(MediaType.html); charset=utf-8"
    }

    private static func namesEncoding(_ head: Data) -> Bool {
        let marks: [[UInt8]] = [[0xFF, 0xFE], [0xFE, 0xFF], [0xEF, 0xBB, 0xBF]]
        if marks.contains(where: head.starts(with:)) { return true }
        let text = String(decoding: head.prefix(headBytes), as: UTF8.self).lowercased()
        return text.range(of: "<meta[^>]+charset\\s*=", options: .regularExpression) != nil
    }
}
