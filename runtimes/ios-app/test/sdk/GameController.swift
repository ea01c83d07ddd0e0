// What the runtime uses of game controllers.
import Foundation

open class GCController: NSObject {
    public class func controllers() -> [GCController] { [] }
}
extension Notification.Name {
    public static let GCControllerDidConnect = Notification.Name("GCControllerDidConnectNotification")
    public static let GCControllerDidDisconnect = Notification.Name("GCControllerDidDisconnectNotification")
}
