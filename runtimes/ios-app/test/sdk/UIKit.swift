// What the runtime uses of UIKit, as Apple documents it. Nothing of it runs: the compiler compares the runtime with it.
@_exported import Foundation

@MainActor open class UIResponder: NSObject { @discardableResult open func becomeFirstResponder() -> Bool { false } }

open class UIColor: NSObject, @unchecked Sendable {
    public static var black: UIColor { UIColor() }
    public static var white: UIColor { UIColor() }
    public static var lightGray: UIColor { UIColor() }
}

open class UIFont: NSObject {
    public struct TextStyle: Sendable {
        public static let headline = TextStyle()
        public static let footnote = TextStyle()
    }
    public class func preferredFont(forTextStyle style: TextStyle) -> UIFont { fatalError() }
}

public struct UIRectEdge: OptionSet, Sendable {
    public let rawValue: UInt
    public init(rawValue: UInt) { self.rawValue = rawValue }
    public static let all = UIRectEdge(rawValue: 15)
}

public struct UIInterfaceOrientationMask: OptionSet, Sendable {
    public let rawValue: UInt
    public init(rawValue: UInt) { self.rawValue = rawValue }
    public static let portrait = UIInterfaceOrientationMask(rawValue: 2)
    public static let portraitUpsideDown = UIInterfaceOrientationMask(rawValue: 4)
    public static let landscape = UIInterfaceOrientationMask(rawValue: 24)
    public static let all = UIInterfaceOrientationMask(rawValue: 30)
    public static let allButUpsideDown = UIInterfaceOrientationMask(rawValue: 26)
}

public enum UIUserInterfaceIdiom: Sendable { case phone, pad }

@MainActor open class UITraitCollection: NSObject {
    public var userInterfaceIdiom: UIUserInterfaceIdiom { fatalError() }
}

@MainActor public class NSLayoutConstraint: NSObject {
    public class func activate(_ constraints: [NSLayoutConstraint]) {}
}

@MainActor public class NSLayoutAnchor<Kind: AnyObject>: NSObject {
    public func constraint(equalTo anchor: NSLayoutAnchor<Kind>) -> NSLayoutConstraint { fatalError() }
    public func constraint(equalTo anchor: NSLayoutAnchor<Kind>, constant: CGFloat) -> NSLayoutConstraint { fatalError() }
}
public class NSLayoutXAxisAnchor: NSLayoutAnchor<NSLayoutXAxisAnchor> {}
public class NSLayoutYAxisAnchor: NSLayoutAnchor<NSLayoutYAxisAnchor> {}
public class NSLayoutDimension: NSLayoutAnchor<NSLayoutDimension> {
    public func constraint(lessThanOrEqualTo anchor: NSLayoutDimension, multiplier: CGFloat) -> NSLayoutConstraint { fatalError() }
}

@MainActor public class UILayoutGuide: NSObject {
    public var topAnchor: NSLayoutYAxisAnchor { fatalError() }
    public var trailingAnchor: NSLayoutXAxisAnchor { fatalError() }
    public var widthAnchor: NSLayoutDimension { fatalError() }
}

@MainActor open class UIView: UIResponder {
    public init(frame: CGRect) {}
    public convenience override init() { self.init(frame: .zero) }
    public var backgroundColor: UIColor?
    public var isOpaque = true
    public var window: UIWindow? { fatalError() }
    public var translatesAutoresizingMaskIntoConstraints = true
    public var safeAreaLayoutGuide: UILayoutGuide { fatalError() }
    public var topAnchor: NSLayoutYAxisAnchor { fatalError() }
    public var bottomAnchor: NSLayoutYAxisAnchor { fatalError() }
    public var centerYAnchor: NSLayoutYAxisAnchor { fatalError() }
    public var leadingAnchor: NSLayoutXAxisAnchor { fatalError() }
    public var trailingAnchor: NSLayoutXAxisAnchor { fatalError() }
    public var centerXAnchor: NSLayoutXAxisAnchor { fatalError() }
    public var widthAnchor: NSLayoutDimension { fatalError() }
    open func addSubview(_ view: UIView) {}
}

public enum NSTextAlignment: Sendable { case center }

@MainActor open class UILabel: UIView {
    public var text: String?
    public var font: UIFont!
    public var adjustsFontForContentSizeCategory = false
    public var textColor: UIColor!
    public var textAlignment: NSTextAlignment = .center
    public var numberOfLines = 1
}

@MainActor open class UITextField: UIView {
    public var text: String?
}

@MainActor open class UIAction: NSObject {
    public convenience init(title: String = "", handler: @escaping (UIAction) -> Void) { fatalError() }
}

@MainActor open class UIButton: UIView {
    public enum ButtonType: Sendable { case close }
    public struct Configuration { public static func filled() -> Configuration { fatalError() } }
    public convenience init(type: ButtonType, primaryAction: UIAction?) { fatalError() }
    public convenience init(configuration: Configuration, primaryAction: UIAction?) { fatalError() }
}

@MainActor open class UIStackView: UIView {
    public enum Alignment: Sendable { case center }
    public enum Axis: Sendable { case vertical }
    public convenience init(arrangedSubviews: [UIView]) { fatalError() }
    public var axis: Axis = .vertical
    public var alignment: Alignment = .center
    public var spacing: CGFloat = 0
    open func addArrangedSubview(_ view: UIView) {}
}

@MainActor open class UIGestureRecognizer: NSObject { public var isEnabled = true }
public class UIPinchGestureRecognizer: UIGestureRecognizer {}

@MainActor open class UIScrollView: UIView {
    public enum ContentInsetAdjustmentBehavior: Sendable { case never }
    public var bounces = true
    public var showsHorizontalScrollIndicator = true
    public var showsVerticalScrollIndicator = true
    public var contentInsetAdjustmentBehavior: ContentInsetAdjustmentBehavior = .never
    public var pinchGestureRecognizer: UIPinchGestureRecognizer? { fatalError() }
}

@MainActor open class UIWindow: UIView {
    public init(windowScene: UIWindowScene) { fatalError() }
    public var rootViewController: UIViewController?
    public func makeKeyAndVisible() {}
}

public enum UIModalPresentationStyle: Sendable { case fullScreen }

@MainActor open class UIViewController: UIResponder {
    public init(nibName: String?, bundle: Bundle?) {}
    public required init?(coder: NSCoder) {}
    public var view: UIView!
    public var viewIfLoaded: UIView? { fatalError() }
    public var isViewLoaded: Bool { fatalError() }
    public var traitCollection: UITraitCollection { fatalError() }
    public var presentedViewController: UIViewController? { fatalError() }
    public var presentingViewController: UIViewController? { fatalError() }
    public var isBeingDismissed: Bool { fatalError() }
    public var modalPresentationStyle: UIModalPresentationStyle = .fullScreen
    open var prefersStatusBarHidden: Bool { false }
    open var prefersHomeIndicatorAutoHidden: Bool { false }
    open var preferredScreenEdgesDeferringSystemGestures: UIRectEdge { [] }
    open var supportedInterfaceOrientations: UIInterfaceOrientationMask { .all }
    open func loadView() {}
    open func viewDidLoad() {}
    open func viewDidAppear(_ animated: Bool) {}
    open func present(_ controller: UIViewController, animated: Bool, completion: (() -> Void)? = nil) {}
    open func dismiss(animated: Bool, completion: (() -> Void)? = nil) {}
    public func setNeedsUpdateOfHomeIndicatorAutoHidden() {}
}

@MainActor open class UIAlertAction: NSObject {
    public enum Style: Sendable { case `default`, cancel }
    public convenience init(title: String?, style: Style, handler: ((UIAlertAction) -> Void)? = nil) { fatalError() }
}

@MainActor open class UIAlertController: UIViewController {
    public enum Style: Sendable { case alert }
    public convenience init(title: String?, message: String?, preferredStyle: Style) { fatalError() }
    open func addAction(_ action: UIAlertAction) {}
    open func addTextField(configurationHandler: ((UITextField) -> Void)? = nil) {}
    public var textFields: [UITextField]? { fatalError() }
}

@MainActor open class UIApplication: UIResponder {
    public struct LaunchOptionsKey: Hashable, Sendable {}
    public struct OpenExternalURLOptionsKey: Hashable, Sendable {}
    public class var shared: UIApplication { fatalError() }
    public var isIdleTimerDisabled = false
    open func open(_ url: URL, options: [OpenExternalURLOptionsKey: Any] = [:], completionHandler: (@MainActor @Sendable (Bool) -> Void)? = nil) {}
}

@MainActor public protocol UIApplicationDelegate: NSObjectProtocol {
    func application(_ application: UIApplication, didFinishLaunchingWithOptions launchOptions: [UIApplication.LaunchOptionsKey: Any]?) -> Bool
}
extension UIApplicationDelegate { @MainActor public static func main() {} }

@MainActor open class UISceneSession: NSObject {}
@MainActor open class UIScene: UIResponder {
    @MainActor open class ConnectionOptions: NSObject {}
}
@MainActor open class UIWindowScene: UIScene {}

@MainActor public protocol UISceneDelegate: NSObjectProtocol {
    func scene(_ scene: UIScene, willConnectTo session: UISceneSession, options connectionOptions: UIScene.ConnectionOptions)
    func sceneDidBecomeActive(_ scene: UIScene)
    func sceneWillResignActive(_ scene: UIScene)
    func sceneDidEnterBackground(_ scene: UIScene)
}
@MainActor public protocol UIWindowSceneDelegate: UISceneDelegate {
    var window: UIWindow? { get set }
}

