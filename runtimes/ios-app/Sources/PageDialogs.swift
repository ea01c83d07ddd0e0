import UIKit
import WebKit

/// Shows what pages ask people: `alert`, `confirm`, `prompt`, and windows of their own.
///
/// A page waits for each answer, so one comes even where nothing can be shown. Of several questions (the game's, its
/// windows', the application's own) one is shown at a time; the others wait for it.
@MainActor
final class PageDialogs: NSObject, WKUIDelegate {
    weak var presenter: UIViewController?
    var open: (WKWebViewConfiguration) -> WKWebView? = { _ in nil }
    var close: (WKWebView) -> Void = { _ in }
    private var giveUp: () -> Void = {}
    private var isAsking = false
    private var waiting: [CheckedContinuation<Bool, Never>] = []  // true: it is the question's turn; false: nobody will see it

    func webView(_ webView: WKWebView, runJavaScriptAlertPanelWithMessage message: String, initiatedByFrame frame: WKFrameInfo) async {
        await tell(message)
    }

    func webView(
        _ webView: WKWebView, runJavaScriptConfirmPanelWithMessage message: String, initiatedByFrame frame: WKFrameInfo
    ) async -> Bool {
        await ask(message, otherwise: false) { _, answer in
            [
                UIAlertAction(title: Texts.cancel, style: .cancel) { _ in answer(false) },
                UIAlertAction(title: Texts.ok, style: .default) { _ in answer(true) },
            ]
        }
    }

    func webView(
        _ webView: WKWebView,
        runJavaScriptTextInputPanelWithPrompt prompt: String,
        defaultText: String?,
        initiatedByFrame frame: WKFrameInfo
    ) async -> String? {
        await ask(prompt, otherwise: nil) { alert, answer in
            alert.addTextField { $0.text = defaultText }
            return [
                UIAlertAction(title: Texts.cancel, style: .cancel) { _ in answer(nil) },
                UIAlertAction(title: Texts.ok, style: .default) { [weak alert] _ in
                    answer(alert?.textFields?.first?.text ?? "")
                },
            ]
        }
    }

    /// `window.open`, or a link with a target.
    func webView(
        _ webView: WKWebView,
        createWebViewWith configuration: WKWebViewConfiguration,
        for navigationAction: WKNavigationAction,
        windowFeatures: WKWindowFeatures
    ) -> WKWebView? {
        if let address = navigationAction.request.url, !address.absoluteString.isEmpty, !Origin.isOwn(address) {
            PageVisits.openElsewhere(address)
            return nil
        }
        return open(configuration)
    }

    func webViewDidClose(_ webView: WKWebView) {
        close(webView)
    }

    /// A game that wants camera or microphone needs a reason in Info.plist first: without one the system ends it.
    func webView(
        _ webView: WKWebView,
        decideMediaCapturePermissionsFor origin: WKSecurityOrigin,
        initiatedBy frame: WKFrameInfo,
        type: WKMediaCaptureType
    ) async -> WKPermissionDecision {
        .deny
    }

    /// Shows a page's message until it is read.
    func tell(_ message: String) async {
        _ = await ask(message, otherwise: true) { _, answer in
            [UIAlertAction(title: Texts.ok, style: .default) { _ in answer(true) }]
        }
    }

    /// Tells something of the application's own, where nothing is asked: a frame that brings it up a thousand times buries no game.
    func mention(_ message: String) async {
        if !isAsking {
            await tell(message)
        }
    }

    /// Answers the question that is open and those that wait, before what shows them is taken away.
    func answerUnseen() {
        giveUp()
        waiting.forEach { $0.resume(returning: false) }
        waiting = []
    }

    /// Asks once all questions before have been answered.
    private func ask<Answer: Sendable>(
        _ message: String,
        otherwise: Answer,
        buttons: (UIAlertController, @escaping (Answer) -> Void) -> [UIAlertAction]
    ) async -> Answer {
        if isAsking {
            guard await withCheckedContinuation({ waiting.append($0) }) else { return otherwise }
        }
        isAsking = true
        let answer = await show(message, otherwise: otherwise, buttons: buttons)
        if waiting.isEmpty {
            isAsking = false
        } else {
            waiting.removeFirst().resume(returning: true)
        }
        return answer
    }

    /// Shows a message and waits for one of its buttons.
    ///
    /// - Parameters:
    ///   - otherwise: the answer where nobody can see it.
    ///   - buttons: makes them; each of them answers.
    private func show<Answer: Sendable>(
        _ message: String,
        otherwise: Answer,
        buttons: (UIAlertController, @escaping (Answer) -> Void) -> [UIAlertAction]
    ) async -> Answer {
        guard let top = topmost() else { return otherwise }
        return await withCheckedContinuation { continuation in
            let question = Question(continuation)
            giveUp = { question.answer(otherwise) }
            let alert = UIAlertController(title: nil, message: message, preferredStyle: .alert)
            for button in buttons(alert, { question.answer($0) }) {
                alert.addAction(button)
            }
            top.present(alert, animated: true)
        }
    }

    /// What is in front, if something can be shown above it.
    func topmost() -> UIViewController? {
        var top = presenter
        while let next = top?.presentedViewController {
            top = next
        }
        guard let top, top.viewIfLoaded?.window != nil, !(top is UIAlertController), !top.isBeingDismissed else { return nil }
        return top
    }
}

/// What a page waits for: it is answered once, by a button or because nobody sees it any more.
@MainActor
private final class Question<Answer: Sendable> {
    private var continuation: CheckedContinuation<Answer, Never>?

    init(_ continuation: CheckedContinuation<Answer, Never>) {
        self.continuation = continuation
    }

    func answer(_ answer: Answer) {
        continuation?.resume(returning: answer)
        continuation = nil
    }
}
