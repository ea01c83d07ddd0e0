import Foundation

/// Which bytes of a file a request asks for (RFC 9110, 14.2).
///
/// Players of sound and video read their files in parts; several ranges at once are answered with the whole file.
enum ByteRange: Equatable {
    case all
    case part(Range<Int>)
    case unsatisfiable

    /// Reads a `Range` header; what is malformed counts as none.
    init(header: String?, size: Int) {
        self = .all
        guard let header, header.hasPrefix(Self.unit) else { return }
        let ends = header.dropFirst(Self.unit.count).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, ends.allSatisfy(Self.isDigits) else { return }
        switch (Self.number(ends[0]), Self.number(ends[1])) {
        case (nil, nil):
            return
        case (nil, let length?):
            self = Self.part(from: size - min(length, size), to: size, size: size)
        case (let start?, nil):
            self = Self.part(from: start, to: size, size: size)
        case (let start?, let end?):
            guard start <= end else { return }
            self = Self.part(from: start, to: min(end, size - 1) + 1, size: size)
        }
    }

    private static let unit = "bytes="

    private static func part(from start: Int, to end: Int, size: Int) -> ByteRange {
        start < size ? .part(start..<end) : .unsatisfiable
    }

    private static func isDigits(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// Nil for no digits at all; what is too large to count lies behind every file's end.
    private static func number(_ digits: Substring) -> Int? {
        digits.isEmpty ? nil : Int(digits) ?? Int.max
    }
}
