// What the runtime uses of WebKit, from WebKit's own public headers. Requirements that are optional there are not here:
// so the compiler says where a method of the runtime would not be found.
@_exported import Foundation
@_exported import FoundationNetworking
import UIKit

public protocol WKURLSchemeTask: NSObjectProtocol {
    var request: URLRequest { get }
    func didReceive(_ response: URLResponse)
    func didReceive(_ data: Data)
    func didFinish()
    func didFailWithError(_ error: any Error)
}

@MainActor public protocol WKURLSchemeHandler: NSObjectProtocol {
    func webView(_ webView: WKWebView, start urlSchemeTask: any WKURLSchemeTask)
    func webView(_ webView: WKWebView, stop urlSchemeTask: any WKURLSchemeTask)
}

public enum WKUserScriptInjectionTime: Sendable { case atDocumentStart, atDocumentEnd }
@MainActor open class WKUserScript: NSObject {
    public init(source: String, injectionTime: WKUserScriptInjectionTime, forMainFrameOnly: Bool) {}
}
@MainActor open class WKUserContentController: NSObject { open func addUserScript(_ script: WKUserScript) {} }
@MainActor open class WKWebsiteDataStore: NSObject { public class func `default`() -> WKWebsiteDataStore { fatalError() } }
public struct WKAudiovisualMediaTypes: OptionSet, Sendable {
    public let rawValue: UInt
    public init(rawValue: UInt) { self.rawValue = rawValue }
}
public struct WKDataDetectorTypes: OptionSet, Sendable {
    public let rawValue: UInt
    public init(rawValue: UInt) { self.rawValue = rawValue }
}

@MainActor open class WKWebViewConfiguration: NSObject {
    public var allowsInlineMediaPlayback = false
    public var allowsPictureInPictureMediaPlayback = true
    public var mediaTypesRequiringUserActionForPlayback: WKAudiovisualMediaTypes = []
    public var dataDetectorTypes: WKDataDetectorTypes = []
    public var websiteDataStore: WKWebsiteDataStore { get { fatalError() } set {} }
    public var userContentController: WKUserContentController { get { fatalError() } set {} }
    open func setURLSchemeHandler(_ handler: (any WKURLSchemeHandler)?, forURLScheme scheme: String) {}
}

@MainActor open class WKNavigation: NSObject {}
@MainActor open class WKFrameInfo: NSObject { public var isMainFrame: Bool { fatalError() } }
@MainActor open class WKNavigationAction: NSObject {
    public var request: URLRequest { fatalError() }
    public var targetFrame: WKFrameInfo? { fatalError() }
    public var shouldPerformDownload: Bool { fatalError() }
}
@MainActor open class WKNavigationResponse: NSObject {
    public var response: URLResponse { fatalError() }
    public var isForMainFrame: Bool { fatalError() }
    public var canShowMIMEType: Bool { fatalError() }
}
@MainActor open class WKWindowFeatures: NSObject {}
@MainActor open class WKSecurityOrigin: NSObject {}
public enum WKNavigationActionPolicy: Sendable { case cancel, allow, download }
public enum WKNavigationResponsePolicy: Sendable { case cancel, allow, download }
public enum WKMediaCaptureType: Sendable { case camera, microphone, cameraAndMicrophone }
public enum WKPermissionDecision: Sendable { case prompt, grant, deny }

@MainActor public protocol WKNavigationDelegate: NSObjectProtocol {
    func webView(_ webView: WKWebView, decidePolicyFor navigationAction: WKNavigationAction) async -> WKNavigationActionPolicy
    func webView(_ webView: WKWebView, decidePolicyFor navigationResponse: WKNavigationResponse) async -> WKNavigationResponsePolicy
    func webView(_ webView: WKWebView, didFailProvisionalNavigation navigation: WKNavigation!, withError error: any Error)
    func webViewWebContentProcessDidTerminate(_ webView: WKWebView)
}

@MainActor public protocol WKUIDelegate: NSObjectProtocol {
    func webView(_ webView: WKWebView, createWebViewWith configuration: WKWebViewConfiguration, for navigationAction: WKNavigationAction, windowFeatures: WKWindowFeatures) -> WKWebView?
    func webViewDidClose(_ webView: WKWebView)
    func webView(_ webView: WKWebView, runJavaScriptAlertPanelWithMessage message: String, initiatedByFrame frame: WKFrameInfo) async
    func webView(_ webView: WKWebView, runJavaScriptConfirmPanelWithMessage message: String, initiatedByFrame frame: WKFrameInfo) async -> Bool
    func webView(_ webView: WKWebView, runJavaScriptTextInputPanelWithPrompt prompt: String, defaultText: String?, initiatedByFrame frame: WKFrameInfo) async -> String?
    func webView(_ webView: WKWebView, decideMediaCapturePermissionsFor origin: WKSecurityOrigin, initiatedBy frame: WKFrameInfo, type: WKMediaCaptureType) async -> WKPermissionDecision
}

@MainActor open class WKWebView: UIView {
    public init(frame: CGRect, configuration: WKWebViewConfiguration) { super.init(frame: frame) }
    public weak var navigationDelegate: (any WKNavigationDelegate)?
    public weak var uiDelegate: (any WKUIDelegate)?
    public var allowsLinkPreview = true
    public var allowsBackForwardNavigationGestures = false
    public var isInspectable = false
    public var url: URL? { fatalError() }
    public var scrollView: UIScrollView { fatalError() }
    @discardableResult open func load(_ request: URLRequest) -> WKNavigation? { nil }
    open func evaluateJavaScript(_ script: String, completionHandler: (@MainActor @Sendable (Any?, (any Error)?) -> Void)? = nil) {}
}
