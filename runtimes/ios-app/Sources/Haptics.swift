import CoreHaptics
import Foundation

/// Moves the phone as `navigator.vibrate` asks; an iPad has nothing to move.
@MainActor
final class Haptics {
    private var engine: CHHapticEngine?
    private var player: CHHapticPatternPlayer?

    /// Plays a pattern in place of the one that plays; an empty one, or nothing but zeros, ends it.
    ///
    /// - Returns: whether this device can.
    func play(_ pattern: [TimeInterval]) -> Bool {
        stop()
        guard CHHapticEngine.capabilitiesForHardware().supportsHaptics else { return false }
        let movements = Vibration.movements(pattern)
        guard !movements.isEmpty else { return true }
        let strength = CHHapticEventParameter(parameterID: .hapticIntensity, value: 1)
        let events = movements.map {
            CHHapticEvent(eventType: .hapticContinuous, parameters: [strength], relativeTime: $0.start, duration: $0.length)
        }
        do {
            let engine = try started()
            player = try engine.makePlayer(with: CHHapticPattern(events: events, parameters: []))
            try player?.start(atTime: CHHapticTimeImmediate)
            return true
        } catch {
            return false
        }
    }

    /// Ends what plays.
    func stop() {
        try? player?.stop(atTime: CHHapticTimeImmediate)
        player = nil
    }

    /// The engine, running; it stops by itself when nothing plays, and when the system takes it away.
    private func started() throws -> CHHapticEngine {
        let engine = try self.engine ?? CHHapticEngine()
        engine.playsHapticsOnly = true
        engine.isAutoShutdownEnabled = true
        engine.resetHandler = { [weak self] in
            Task { @MainActor in self?.engine = nil }
        }
        self.engine = engine
        try engine.start()
        return engine
    }
}
