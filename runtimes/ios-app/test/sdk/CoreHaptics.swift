// What the runtime uses of Core Haptics.
import Foundation

public let CHHapticTimeImmediate: TimeInterval = 0

public protocol CHHapticDeviceCapability { var supportsHaptics: Bool { get } }
public protocol CHHapticPatternPlayer: NSObjectProtocol {
    func start(atTime time: TimeInterval) throws
    func stop(atTime time: TimeInterval) throws
}

open class CHHapticEventParameter: NSObject {
    public init(parameterID: CHHapticEvent.ParameterID, value: Float) {}
}
open class CHHapticDynamicParameter: NSObject {}
open class CHHapticEvent: NSObject {
    public struct ParameterID: Sendable { public static let hapticIntensity = ParameterID() }
    public struct EventType: Sendable { public static let hapticContinuous = EventType() }
    public init(eventType: EventType, parameters: [CHHapticEventParameter], relativeTime: TimeInterval, duration: TimeInterval) {}
}
open class CHHapticPattern: NSObject {
    public init(events: [CHHapticEvent], parameters: [CHHapticDynamicParameter]) throws {}
}
open class CHHapticEngine: NSObject {
    public init(audioSession: AnyObject? = nil) throws {}
    public class func capabilitiesForHardware() -> any CHHapticDeviceCapability { fatalError() }
    public var playsHapticsOnly = false
    public var isAutoShutdownEnabled = false
    public var resetHandler: () -> Void = {}
    open func makePlayer(with pattern: CHHapticPattern) throws -> any CHHapticPatternPlayer { fatalError() }
    open func start() throws {}
}
