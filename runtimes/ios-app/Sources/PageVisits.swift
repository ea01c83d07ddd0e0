import UIKit
import WebKit

/// Decides where pages may go: the game's own stay, others open where their kind belongs; and brings back what has died.
@MainActor
final class PageVisits: NSObject, WKNavigationDelegate {
    /// Called with what the player has to know.
    var show: (Fault, String) -> Void = { _, _ in }
    private var deaths = Deaths()

    func webView(_ webView: WKWebView, decidePolicyFor navigationAction: WKNavigationAction) async -> WKNavigationActionPolicy {
        guard let address = navigationAction.request.url else { return .cancel }
        let isMain = navigationAction.targetFrame?.isMainFrame ?? false  // no frame: PageDialogs decides about a new window
        guard isMain, !Origin.isOwn(address) else { return .allow }
        Self.openElsewhere(address)
        return .cancel
    }

    func webView(_ webView: WKWebView, decidePolicyFor navigationResponse: WKNavigationResponse) async -> WKNavigationResponsePolicy {
        let response = navigationResponse.response as? HTTPURLResponse
        guard navigationResponse.isForMainFrame, let response, response.url == Origin.start, response.statusCode >= 400 else {
            return .allow
        }
        show(.packageBroken, "\(response.statusCode)")
        return .cancel
    }

    func webView(_ webView: WKWebView, didFailProvisionalNavigation navigation: WKNavigation!, withError error: Error) {
        let wasOurs = [NSURLErrorCancelled, Self.interruptedByPolicy].contains((error as NSError).code)
        if !wasOurs {
            show(.pageFailed, error.localizedDescription)
        }
    }

    /// The page's process has ended: too much memory, mostly. It begins anew, unless it dies again and again.
    func webViewWebContentProcessDidTerminate(_ webView: WKWebView) {
        if deaths.mayBeginAnew(at: Date()) {
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
