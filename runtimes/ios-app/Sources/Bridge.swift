import Foundation
import os

/// Carries out what a page asks of its phone.
@MainActor
final class Bridge {
    private let haptics = Haptics()
    private let log = Logger(subsystem: Bundle.main.bundleIdentifier ?? "com.aethel.runtime", category: "page")

    /// True if it was carried out.
    func run(_ command: BridgeCommand) -> Bool {
        switch command {
        case .log(let level, let text):
            write(text, level: level)
            return true
        case .vibrate(let pattern):
            return haptics.play(pattern)
        case .fullscreen(let isOn):
            return isOn  // it always is
        }
    }

    /// Ends what goes on by itself.
    func stop() {
        haptics.stop()
    }

    /// The page's own words: the maker reads them, so they are public in the device's log.
    private func write(_ text: String, level: String) {
        switch level {
        case "error": log.error("\(text, privacy: .public)")
        case "warn": log.warning("\(text, privacy: .public)")
        default: log.info("\(text, privacy: .public)")
        }
    }
}
