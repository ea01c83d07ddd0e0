// The scheme handler with tasks that are as strict as WebKit's: whoever answers one that is over, ends the program.
import Dispatch
import Foundation
import WebKit

/// A task of the web view's. Everything happens on the main thread, in order, and nothing once it is over.
final class StrictTask: NSObject, WKURLSchemeTask, @unchecked Sendable {
    enum End { case finished, failed, stopped }

    let request: URLRequest
    private(set) var response: HTTPURLResponse?
    private(set) var body = Data()
    private(set) var blocks = 0
    private(set) var end: End?
    var onBlock: (StrictTask) -> Void = { _ in }

    init(_ address: String, method: String = "GET", headers: [String: String] = [:]) {
        var request = URLRequest(url: URL(string: address)!)
        request.httpMethod = method
        headers.forEach { request.setValue($1, forHTTPHeaderField: $0) }
        self.request = request
    }

    func didReceive(_ response: URLResponse) {
        live(hasResponse: false)
        self.response = (response as! HTTPURLResponse)
    }

    func didReceive(_ data: Data) {
        live(hasResponse: true)
        body += data
        blocks += 1
        onBlock(self)
    }

    func didFinish() {
        live(hasResponse: true)
        end = .finished
    }

    func didFailWithError(_ error: any Error) {
        live(hasResponse: nil)
        end = .failed
    }

    func stop() {
        end = .stopped
    }

    private func live(hasResponse: Bool?) {
        precondition(Thread.isMainThread, "answered on another thread")
        precondition(end == nil, "This task has already been stopped")
        precondition(hasResponse == nil || hasResponse == (response != nil), "a response, then data, then the end")
    }
}

var failures = 0

@MainActor func expect(_ condition: Bool, _ behaviour: String, line: Int = #line) {
    guard !condition else { return }
    failures += 1
    print("line \(line): \(behaviour)")
}

@MainActor func wait(until condition: () -> Bool) {
    let late = Date().addingTimeInterval(60)
    while !condition(), Date() < late {
        _ = RunLoop.main.run(mode: .default, before: Date().addingTimeInterval(0.01))
    }
}

let www = FileManager.default.temporaryDirectory.appendingPathComponent("handler-\(UUID().uuidString)")
try FileManager.default.createDirectory(at: www, withIntermediateDirectories: true)
let film = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
try film.write(to: www.appendingPathComponent("film.mp4"))
try Data("<p>Hi".utf8).write(to: www.appendingPathComponent("index.html"))

let view = WKWebView(frame: .zero, configuration: WKWebViewConfiguration())
let handler = GameSchemeHandler(site: Site(root: www, entry: "index.html", isIsolated: false), bridge: Bridge())

@MainActor func answered(_ task: StrictTask) -> StrictTask {
    handler.webView(view, start: task)
    wait { task.end != nil }
    return task
}

// MARK: Files

let whole = answered(StrictTask("aethel://game/film.mp4"))
expect(whole.end == .finished && whole.response?.statusCode == 200 && whole.body == film, "a film")
expect(whole.blocks == (film.count + FileBlocks.blockBytes - 1) / FileBlocks.blockBytes, "in blocks")
let part = answered(StrictTask("aethel://game/film.mp4", headers: ["Range": "bytes=100-199"]))
expect(part.response?.statusCode == 206 && part.body == film[100..<200], "a part of it")
let head = answered(StrictTask("aethel://game/film.mp4", method: "HEAD"))
expect(head.response?.statusCode == 200 && head.body.isEmpty && head.end == .finished, "its head")
expect(answered(StrictTask("aethel://game/")).body == Data("<p>Hi".utf8), "the page")
expect(answered(StrictTask("aethel://game/none")).response?.statusCode == 404, "no file")
expect(answered(StrictTask("aethel://game/%2e%2e/x")).response?.statusCode == 400, "no path")
expect(answered(StrictTask("aethel://other/")).response?.statusCode == 400, "another host is not the game")

// MARK: Tasks that are stopped: at once, before the first block, between blocks, and again and again

for count in 0..<40 {
    let task = StrictTask("aethel://game/film.mp4")
    task.onBlock = { task in
        guard task.blocks > count % 8 else { return }
        task.stop()
        MainActor.assumeIsolated { handler.webView(view, stop: task) }
    }
    handler.webView(view, start: task)
    if count % 8 == 7 {
        task.stop()
        handler.webView(view, stop: task)
    }
    if count.isMultiple(of: 5) {
        wait { task.end != nil }
    }
}
let after = answered(StrictTask("aethel://game/film.mp4"))
expect(after.body == film, "others go on")
let over = answered(StrictTask("aethel://game/"))
handler.webView(view, stop: over)  // WebKit may do so for one that has just ended

// MARK: Many at a time

let many = (0..<20).map { _ in StrictTask("aethel://game/film.mp4") }
many.forEach { handler.webView(view, start: $0) }
wait { many.allSatisfy { $0.end != nil } }
expect(many.allSatisfy { $0.body == film }, "each whole, in order")

// MARK: Commands

@MainActor func command(_ name: String, method: String = "POST", headers: [String: String] = ["Aethel-Page": "1"]) -> String {
    let task = answered(StrictTask("aethel://game/.aethel/\(name)", method: method, headers: headers))
    return "\(task.response?.statusCode ?? 0) \(String(decoding: task.body, as: UTF8.self))"
}
expect(command("log?level=log&text=hi") == #"200 {"success":true}"#, "a line for the log")
expect(command("fullscreen?on=1") == #"200 {"success":true}"#, "it is full screen")
expect(command("fullscreen?on=0") == #"200 {"success":false}"#, "and stays so")
expect(command("close") == #"200 {"success":false}"#, "no window to close")
expect(command("log?text=hi", headers: [:]) == #"200 {"success":false}"#, "without the header it is another site")
expect(command("log?text=hi", headers: ["Aethel-Page": "1", "Origin": "https://example.com"]) == #"200 {"success":false}"#, "and with another origin")
expect(command("log?text=hi", headers: ["Aethel-Page": "1", "Origin": "aethel://game"]) == #"200 {"success":true}"#, "its own is fine")
for method in ["GET", "OPTIONS", "HEAD"] {
    expect(command("log?text=hi", method: method) == "405 ", "\(method) is no command, and asks nobody whether it may")
}

try FileManager.default.removeItem(at: www)
print(failures == 0 ? "all is well" : "\(failures) failed")
exit(failures == 0 ? 0 : 1)
