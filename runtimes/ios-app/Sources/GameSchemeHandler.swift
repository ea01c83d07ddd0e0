import Foundation
import WebKit

/// Answers what pages ask of `aethel://game`, in blocks that are read elsewhere and sent from the main thread.
///
/// A task that the web view has stopped must never be answered: WebKit ends the application for it. Starting, stopping and
/// every answer happen on the main thread, so nothing can come between asking whether it goes on and answering.
@MainActor
final class GameSchemeHandler: NSObject, WKURLSchemeHandler {
    private let site: Site
    private let bridge: Bridge
    private let disk = DispatchQueue(
        label: "com.aethel.runtime.disk", qos: .userInitiated, attributes: .concurrent, autoreleaseFrequency: .workItem
    )
    private var transfers: [ObjectIdentifier: Transfer] = [:]  // while one is in here, its task lives and goes on

    init(site: Site, bridge: Bridge) {
        self.site = site
        self.bridge = bridge
    }

    func webView(_ webView: WKWebView, start urlSchemeTask: WKURLSchemeTask) {
        let request = urlSchemeTask.request
        let path = SitePath(encoded: Self.encodedPath(of: request.url), entry: site.entry)
        let transfer = Transfer(task: urlSchemeTask)
        transfers[transfer.id] = transfer
        if case .command(let name) = path {
            finish(transfer, with: answer(command: name, to: request))
            return
        }
        let asked = SiteRequest(
            method: request.httpMethod ?? "GET", path: path, range: request.value(forHTTPHeaderField: "Range")
        )
        disk.async { [site] in
            let response = site.response(to: asked)
            let blocks = Result { try response.file.map { try FileBlocks($0, bytes: response.bytes) } }
            DispatchQueue.main.async { self.begin(transfer, with: response, blocks: blocks) }
        }
    }

    func webView(_ webView: WKWebView, stop urlSchemeTask: WKURLSchemeTask) {
        transfers[ObjectIdentifier(urlSchemeTask)] = nil
    }

    // MARK: Files

    private func begin(_ transfer: Transfer, with response: SiteResponse, blocks: Result<FileBlocks?, Error>) {
        guard goesOn(transfer) else { return }
        switch blocks {
        case .success(let blocks?):
            transfer.respond(response)
            sendNext(of: blocks, to: transfer)
        case .success(nil):
            finish(transfer, with: (response, Data()))
        case .failure:
            finish(transfer, with: (site.failure(404), Data()))
        }
    }

    /// One block at a time: the next is read when this one has been handed over, so memory stays flat.
    private func sendNext(of blocks: FileBlocks, to transfer: Transfer) {
        disk.async {
            let block = Result { try blocks.next() }
            DispatchQueue.main.async {
                guard self.goesOn(transfer) else { return }
                switch block {
                case .success(let data?):
                    transfer.task.didReceive(data)
                    self.sendNext(of: blocks, to: transfer)
                case .success(nil):
                    self.transfers[transfer.id] = nil
                    transfer.task.didFinish()
                case .failure(let error):
                    self.transfers[transfer.id] = nil
                    transfer.task.didFailWithError(error)
                }
            }
        }
    }

    private func goesOn(_ transfer: Transfer) -> Bool {
        transfers[transfer.id] === transfer
    }

    private func finish(_ transfer: Transfer, with answer: (SiteResponse, Data)) {
        transfers[transfer.id] = nil
        transfer.respond(answer.0)
        if !answer.1.isEmpty {
            transfer.task.didReceive(answer.1)
        }
        transfer.task.didFinish()
    }

    // MARK: Commands

    /// Only a page of the game gets this far: others cannot send the header without being asked first, and nobody agrees.
    private func answer(command name: String, to request: URLRequest) -> (SiteResponse, Data) {
        guard request.httpMethod == "POST" else { return (site.failure(405), Data()) }
        let origin = request.value(forHTTPHeaderField: "Origin")
        let isOwn = request.value(forHTTPHeaderField: BridgeCommand.header) != nil && [nil, Origin.text].contains(origin)
        let query = request.url.flatMap { URLComponents(url: $0, resolvingAgainstBaseURL: false)?.percentEncodedQuery }
        let command = isOwn ? BridgeCommand(name: name, query: query) : nil
        let data = Data(#"{"success":\#(command.map(bridge.run) ?? false)}"#.utf8)
        var response = site.failure(200)
        response.headers["Content-Type"] = "application/json"
        response.headers["Content-Length"] = String(data.count)
        return (response, data)
    }

    private static func encodedPath(of address: URL?) -> String {
        guard let address, Origin.contains(address) else { return "" }
        return URLComponents(url: address, resolvingAgainstBaseURL: false)?.percentEncodedPath ?? ""
    }
}

/// One task of the web view's, held for as long as it is answered.
@MainActor
private final class Transfer {
    let task: WKURLSchemeTask
    let id: ObjectIdentifier

    init(task: WKURLSchemeTask) {
        self.task = task
        id = ObjectIdentifier(task)
    }

    func respond(_ response: SiteResponse) {
        guard let address = task.request.url else { return }
        let head = HTTPURLResponse(
            url: address, statusCode: response.status, httpVersion: "HTTP/1.1", headerFields: response.headers
        )
        if let head {
            task.didReceive(head)
        }
    }
}
