import UIKit
import WebKit

/// Decides where pages may go: the game's own stay, others open where their kind belongs; and brings back what has died.
@MainActor
final class PageVisits: NSObject, WKNavigationDelegate {
    /// The game's own view; others are windows that it has opened.
    weak var game: WKWebView?
    /// Called with what keeps the game from being played.
    var show: (Fault, String) -> Void = { _, _ in }
    /// Called with a message for the player.
    var tell: (String) -> Void = { _ in }
    /// Called with a window that has nothing to show.
    var close: (WKWebView) -> Void = { _ in }
    private var deaths = Deaths()

    func webView(_ webView: WKWebView, decidePolicyFor navigationAction: WKNavigationAction) async -> WKNavigationActionPolicy {
        guard let address = navigationAction.request.url else { return .cancel }
        if navigationAction.shouldPerformDownload {  // its content would be shown in the game's place, with no way back
            tell(Texts.noFiles)
            return .cancel
        }
        let isMain = navigationAction.targetFrame?.isMainFrame ?? false  // no frame: PageDialogs decides about a new window
        guard isMain, !Origin.isOwn(address) else { return .allow }
        Self.openElsewhere(address)
        if webView !== game, webView.url.map(Origin.contains) != true {
            close(webView)  // opened empty, and led away: nothing of the game was ever in it
        }
        return .cancel
    }

    func webView(_ webView: WKWebView, decidePolicyFor navigationResponse: WKNavigationResponse) async -> WKNavigationResponsePolicy {
        guard navigationResponse.canShowMIMEType else {
            tell(Texts.noFiles)
            return .cancel
        }
        let response = navigationResponse.response as? HTTPURLResponse
        guard navigationResponse.isForMainFrame, let response, response.url == Origin.start, response.statusCode >= 400 else {
            return .allow
        }
        show(.packageBroken, "\(response.statusCode)")
        return .cancel
    }

    func webView(_ webView: WKWebView, didFailProvisionalNavigation navigation: WKNavigation!, withError error: Error) {
        let wasOurs = [NSURLErrorCancelled, Self.interruptedByPolicy].contains((error as NSError).code)
        guard !wasOurs else { return }
        if webView === game {
            show(.pageFailed, error.localizedDescription)
        } else {
            close(webView)
        }
    }

    /// The page's process has ended: too much memory, mostly. The game begins anew, unless it dies again and again.
    func webViewWebContentProcessDidTerminate(_ webView: WKWebView) {
        if webView !== game {
            close(webView)
        } else if deaths.mayBeginAnew(at: Date()) {
            webView.load(URLRequest(url: Origin.start))
        } else {
            show(.pageDied, "")
        }
    }

    /// Opens what is no page of the game: in Safari, in the application for letters or calls.
    static func openElsewhere(_ address: URL) {
        if Origin.isForeign(address) {
            UIApplication.shared.open(address)
        }
    }

    private static let interruptedByPolicy = 102  // WebKitErrorDomain: a policy has answered `.cancel`
}
