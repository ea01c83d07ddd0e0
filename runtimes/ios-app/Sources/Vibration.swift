import Foundation

/// A pattern of `navigator.vibrate`: seconds of moving and of resting, by turns, beginning with moving.
enum Vibration {
    static let mostParts = 100
    static let longestMilliseconds = 10_000

    /// Reads `200,100,200`, in milliseconds. Longer parts are cut, further ones left out, as browsers do; nil for no pattern.
    static func pattern(_ text: String) -> [TimeInterval]? {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).prefix(mostParts)
        let milliseconds = parts.compactMap { Int($0) }
        guard milliseconds.count == parts.count, milliseconds.allSatisfy({ $0 >= 0 }) else { return nil }
        return milliseconds.map { TimeInterval(min($0, longestMilliseconds)) / 1_000 }
    }

    /// When each movement begins, and how long it lasts.
    static func movements(_ pattern: [TimeInterval]) -> [(start: TimeInterval, length: TimeInterval)] {
        var start: TimeInterval = 0
        var found: [(start: TimeInterval, length: TimeInterval)] = []
        for (index, length) in pattern.enumerated() {
            if index.isMultiple(of: 2), length > 0 {
                found.append((start, length))
            }
            start += length
        }
        return found
    }
}
