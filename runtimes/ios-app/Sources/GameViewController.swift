import GameController
import UIKit
import WebKit

/// The whole screen is the game: no status bar, no bounce, no zoom, and edges that want a second swipe.
final class GameViewController: UIViewController {
    private let package: GamePackage
    private let bridge: Bridge
    private let scheme: GameSchemeHandler
    private let dialogs = PageDialogs()
    private let visits: PageVisits
    private lazy var webView = makeWebView(makeConfiguration())
    private var observers: [NSObjectProtocol] = []

    init(package: GamePackage) {
        self.package = package
        bridge = Bridge()
        scheme = GameSchemeHandler(site: package.site, bridge: bridge)
        visits = PageVisits()
        super.init(nibName: nil, bundle: nil)
    }

    @available(*, unavailable)
    required init?(coder: NSCoder) {
        fatalError("made in code alone")
    }

    deinit {
        observers.forEach(NotificationCenter.default.removeObserver)
    }

    // MARK: The screen

    override var prefersStatusBarHidden: Bool { true }

    /// A finger at the edge is the game's; the system gets the second swipe. The indicator is dimmed meanwhile.
    override var preferredScreenEdgesDeferringSystemGestures: UIRectEdge { .all }

    /// It would come back with every touch, and edges would not be deferred: only for games in which no finger plays.
    override var prefersHomeIndicatorAutoHidden: Bool { !GCController.controllers().isEmpty }

    override var supportedInterfaceOrientations: UIInterfaceOrientationMask {
        let isPad = traitCollection.userInterfaceIdiom == .pad
        switch package.config.orientation {
        case .any: return isPad ? .all : .allButUpsideDown
        case .landscape: return .landscape
        case .portrait: return isPad ? [.portrait, .portraitUpsideDown] : .portrait
        }
    }

    override func loadView() {
        view = webView
    }

    override func viewDidLoad() {
        super.viewDidLoad()
        dialogs.presenter = self
        dialogs.open = { [weak self] in self?.openPage(with: $0) }
        dialogs.close = { [weak self] in self?.closePage($0) }
        visits.game = webView
        visits.show = { [weak self] in self?.show($0, detail: $1) }
        visits.close = { [weak self] in self?.closePage($0) }
        visits.tell = { [weak self] message in
            Task { await self?.dialogs.mention(message) }
        }
        for name in [Notification.Name.GCControllerDidConnect, .GCControllerDidDisconnect] {
            let observer = NotificationCenter.default.addObserver(forName: name, object: nil, queue: .main) { [weak self] _ in
                Task { @MainActor in self?.setNeedsUpdateOfHomeIndicatorAutoHidden() }
            }
            observers.append(observer)
        }
        webView.load(URLRequest(url: Origin.start))
    }

    /// A keyboard's keys reach the page without a touch before them.
    override func viewDidAppear(_ animated: Bool) {
        super.viewDidAppear(animated)
        webView.becomeFirstResponder()
    }

    // MARK: The game's life

    /// The page has heard of it already (`visibilitychange`); what moves the phone ends here.
    func pause() {
        bridge.stop()
    }

    /// Sound that a call has interrupted goes on.
    func resume() {
        guard isViewLoaded else { return }
        webView.evaluateJavaScript("window.dispatchEvent(new Event('aethel-resume'))", completionHandler: nil)
    }

    private func show(_ fault: Fault, detail: String) {
        guard !(presentedViewController is FaultViewController) else { return }
        let page = FaultViewController(fault: fault, detail: detail)
        page.retry = { [weak self] in
            self?.dismiss(animated: true)
            self?.webView.load(URLRequest(url: Origin.start))
        }
        page.modalPresentationStyle = .fullScreen
        uncover()
        present(page, animated: true)
    }

    /// Takes away what covers the game: its questions and its windows.
    private func uncover() {
        dialogs.answerUnseen()
        if presentedViewController != nil {
            dismiss(animated: false)
        }
    }

    // MARK: The web view

    private func makeConfiguration() -> WKWebViewConfiguration {
        let configuration = WKWebViewConfiguration()
        configuration.setURLSchemeHandler(scheme, forURLScheme: Origin.scheme)
        configuration.allowsInlineMediaPlayback = true
        configuration.mediaTypesRequiringUserActionForPlayback = []
        configuration.allowsPictureInPictureMediaPlayback = false
        configuration.dataDetectorTypes = []
        configuration.websiteDataStore = .default()  // saves stay
        configuration.userContentController.addUserScript(
            WKUserScript(source: package.script, injectionTime: .atDocumentStart, forMainFrameOnly: false)
        )
        return configuration
    }

    private func makeWebView(_ configuration: WKWebViewConfiguration) -> WKWebView {
        let webView = WKWebView(frame: .zero, configuration: configuration)
        webView.navigationDelegate = visits
        webView.uiDelegate = dialogs
        webView.allowsLinkPreview = false
        webView.allowsBackForwardNavigationGestures = false
        webView.isOpaque = true
        webView.backgroundColor = .black
        webView.scrollView.backgroundColor = .black
        webView.scrollView.bounces = false
        webView.scrollView.showsHorizontalScrollIndicator = false
        webView.scrollView.showsVerticalScrollIndicator = false
        webView.scrollView.contentInsetAdjustmentBehavior = .never  // the page knows its safe areas: env(safe-area-inset-…)
        webView.scrollView.pinchGestureRecognizer?.isEnabled = false
        if #available(iOS 16.4, *) {
            webView.isInspectable = package.config.debug
        }
        return webView
    }

    /// A page of the game that wants a window of its own: above the game, with a way back.
    private func openPage(with configuration: WKWebViewConfiguration) -> WKWebView? {
        guard let top = dialogs.topmost() else { return nil }
        let opened = makeWebView(configuration)
        let page = PopupViewController(webView: opened)
        page.modalPresentationStyle = .fullScreen
        top.present(page, animated: true)
        return opened
    }

    /// Takes a window away, with all that it has opened itself.
    private func closePage(_ webView: WKWebView) {
        let shown = sequence(first: self as UIViewController) { $0.presentedViewController }
        guard let page = shown.first(where: { ($0 as? PopupViewController)?.webView === webView }) else { return }
        dialogs.answerUnseen()
        page.presentingViewController?.dismiss(animated: true)
    }
}
