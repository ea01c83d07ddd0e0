// What can be wrong with the runtime without a phone: run with every source that needs Foundation alone.
import Foundation

var failures = 0

func expect(_ condition: @autoclosure () throws -> Bool, _ behaviour: String, line: Int = #line) {
    guard (try? condition()) != true else { return }
    failures += 1
    print("line \(line): \(behaviour)")
}

// MARK: Ranges

func range(_ header: String?, of size: Int = 1_000) -> ByteRange { ByteRange(header: header, size: size) }

for header in [nil, "", "bytes=", "bytes=-", "bytes", "items=0-1", "bytes=a-b", "bytes=5-2", "bytes=0-1,4-5", "bytes=--5", "bytes= 0-1", "bytes=٣-٤"] {
    expect(range(header) == .all, "\(header ?? "no header") is no range: the whole file")
}
expect(range("bytes=0-0") == .part(0..<1), "the first byte")
expect(range("bytes=0-1") == .part(0..<2), "what AVFoundation asks for first")
expect(range("bytes=500-") == .part(500..<1_000), "from somewhere to the end")
expect(range("bytes=-1") == .part(999..<1_000), "the last byte")
expect(range("bytes=-5000") == .part(0..<1_000), "more than there is from the end is all of it, as a part")
expect(range("bytes=990-5000") == .part(990..<1_000), "an end behind the end")
expect(range("bytes=0-99999999999999999999999999") == .part(0..<1_000), "an end that no number holds")
expect(range("bytes=1000-") == .unsatisfiable, "a beginning behind the end")
expect(range("bytes=99999999999999999999999999-") == .unsatisfiable, "a beginning that no number holds")
expect(range("bytes=-0") == .unsatisfiable, "the last zero bytes")
expect(range("bytes=0-", of: 0) == .unsatisfiable, "an empty file has no part")
expect(range("bytes=0-\(Int.max)") == .part(0..<1_000), "the largest number")

// MARK: Paths

func path(_ encoded: String) -> SitePath { SitePath(encoded: encoded, entry: "index.html") }

expect(path("/") == .file("index.html"), "the root is the entry")
expect(path("/a/b.js") == .file("a/b.js"), "a file")
expect(path("/menu/") == .file("menu/index.html"), "a folder's page")
expect(path("/caf%C3%A9%20%23%3F.png") == .file("café #?.png"), "decoded once")
expect(path("/100%2525.txt") == .file("100%25.txt"), "and never twice")
let long = String(repeating: "語", count: 170)  // 510 bytes, as long as a project's path may be
expect(path("/" + long.addingPercentEncoding(withAllowedCharacters: [])!) == .file(long), "the longest path")
expect(path("/a+b.txt") == .file("a+b.txt"), "a plus is a plus")
expect(path("/.aethel/log") == .command("log"), "a command")
expect(path("/.aethel/") == .command(""), "no command")
for hostile in [
    "", "a", "//etc/passwd", "/../x", "/a/../../x", "/%2e%2e/x", "/..%2fx", "/a/./b", "/a//b", "/%00", "/a%00.png", "/a%5cb", "/..%5cx",
    "/%", "/%zz", "/%ff%fe", "/a%0d%0ab", "/" + String(repeating: "a", count: 1_700), "/..", "/a/..", "/%2e", "/%2e%2e%2f%2e%2e%2fetc",
] {
    expect(path(hostile) == .invalid, "\(hostile.prefix(40)) leads nowhere")
}

// MARK: Types

expect(MediaType.of("a/game.wasm") == "application/wasm", "WebAssembly streams under its own type")
expect(MediaType.of("a.JS") == "text/javascript", "whatever the case")
expect(MediaType.of("Build/game.wasm.br") == "application/wasm", "what was unpacked is what it was")
expect(MediaType.of("a.data.gz") == "application/octet-stream", "unknown within")
expect(MediaType.of("LICENSE") == "application/octet-stream", "no end")
expect(MediaType.of("a.b/c") == "application/octet-stream", "the dot of a folder is none")
expect(MediaType.of("song.m4a") == "audio/mp4", "sound")

expect(PageText.contentType(head: Data("<html>".utf8)) == "text/html; charset=utf-8", "UTF-8 where nothing is said")
expect(PageText.contentType(head: Data("<META charset = 'latin1'>".utf8)) == "text/html", "the page's own word")
expect(PageText.contentType(head: Data([0xFF, 0xFE, 0x3C])) == "text/html", "a mark of UTF-16")
expect(PageText.contentType(head: Data([0x3C, 0xE9, 0x3E])) == "text/html; charset=utf-8", "bytes that are no UTF-8")

// MARK: The site

let folder = FileManager.default.temporaryDirectory.appendingPathComponent("site-\(UUID().uuidString)")
let www = folder.appendingPathComponent("www")
try FileManager.default.createDirectory(at: www.appendingPathComponent("sub"), withIntermediateDirectories: true)
let large = Data((0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
try Data("<h1>Hi".utf8).write(to: www.appendingPathComponent("index.html"))
try large.write(to: www.appendingPathComponent("film.mp4"))
try Data().write(to: www.appendingPathComponent("empty.bin"))
try Data("secret".utf8).write(to: folder.appendingPathComponent("secret.txt"))
try FileManager.default.createSymbolicLink(at: www.appendingPathComponent("link.txt"), withDestinationURL: folder.appendingPathComponent("secret.txt"))

let site = Site(root: www, entry: "index.html", isIsolated: true)
func ask(_ encoded: String, method: String = "GET", range: String? = nil, of asked: Site = site) -> SiteResponse {
    asked.response(to: SiteRequest(method: method, path: path(encoded), range: range))
}
func body(_ response: SiteResponse) throws -> Data {
    guard let file = response.file else { return Data() }
    let blocks = try FileBlocks(file, bytes: response.bytes)
    var whole = Data()
    while let block = try blocks.next() {
        expect(block.count <= FileBlocks.blockBytes, "no block is larger than a block")
        whole += block
    }
    return whole
}

let page = ask("/")
expect(page.status == 200 && page.headers["Content-Type"] == "text/html; charset=utf-8", "the page")
expect(page.headers["Content-Security-Policy"] != nil, "nobody frames it")
expect(page.headers["Cross-Origin-Opener-Policy"] == "same-origin", "isolated")
expect(page.headers["Cross-Origin-Embedder-Policy"] == "require-corp", "isolated")
expect(ask("/", of: Site(root: www, entry: "index.html", isIsolated: false)).headers["Cross-Origin-Opener-Policy"] == nil, "or not")
expect(try body(page) == Data("<h1>Hi".utf8), "its bytes")
expect(try body(ask("/film.mp4")) == large, "a film, block by block")
expect(ask("/film.mp4").headers["Content-Length"] == "1000000", "its length")
let part = ask("/film.mp4", range: "bytes=999990-")
expect(part.status == 206 && part.headers["Content-Range"] == "bytes 999990-999999/1000000", "a part")
expect(part.headers["Content-Length"] == "10", "the part's length")
expect(try body(part) == large.suffix(10), "its bytes")
let behind = ask("/film.mp4", range: "bytes=1000000-")
expect(behind.status == 416 && behind.headers["Content-Range"] == "bytes */1000000" && behind.file == nil, "behind its end")
let head = ask("/film.mp4", method: "HEAD")
expect(head.status == 200 && head.headers["Content-Length"] == "1000000" && head.bytes.isEmpty, "HEAD says how long it is, and sends nothing")
expect(try ask("/empty.bin").status == 200 && body(ask("/empty.bin")).isEmpty, "an empty file")
for missing in ["/none.js", "/sub", "/sub/", "/INDEX.HTML/", "/index.html/x"] {
    expect(ask(missing).status == 404, "\(missing) is no file")
}
expect(ask("/link.txt").status == 404, "a link leads nowhere outside")
expect(ask("/%2e%2e/secret.txt").status == 400, "nor does a path")
for method in ["POST", "PUT", "DELETE", "OPTIONS", "get", ""] {
    expect(ask("/", method: method).status == 405, "\(method) is not for files")
}
expect(throws: try body(SiteResponse(status: 200, headers: [:], file: www.appendingPathComponent("index.html"), bytes: 0..<100)), "a file that became shorter")
try FileManager.default.removeItem(at: folder)

func expect<Value>(throws expression: @autoclosure () throws -> Value, _ behaviour: String, line: Int = #line) {
    do {
        _ = try expression()
        failures += 1
        print("line \(line): \(behaviour)")
    } catch {}
}

// MARK: Commands

expect(BridgeCommand(name: "log", query: "level=warn&text=a+b%26c%3D%C3%A9") == .log(level: "warn", text: "a b&c=é"), "a line")
expect(BridgeCommand(name: "log", query: nil) == .log(level: "", text: ""), "an empty one")
expect(BridgeCommand(name: "log", query: "text=a&text=b") == .log(level: "", text: "a"), "the first counts")
expect(BridgeCommand(name: "fullscreen", query: "on=1") == .fullscreen(true), "it is full screen")
expect(BridgeCommand(name: "fullscreen", query: "on=0") == .fullscreen(false), "and stays so")
expect(BridgeCommand(name: "vibrate", query: "pattern=200%2C100%2C50") == .vibrate([0.2, 0.1, 0.05]), "a pattern")
expect(BridgeCommand(name: "vibrate", query: "pattern=0") == .vibrate([0]), "an end")
for (name, query) in [("close", ""), ("resize", "width=1&height=1"), ("vibrate", ""), ("vibrate", "pattern=-1"), ("vibrate", "pattern=1,,2"), ("", "")] {
    expect(BridgeCommand(name: name, query: query) == nil, "\(name) \(query): a phone cannot")
}
expect(Vibration.pattern("99999")! == [10], "ten seconds at most")
expect(Vibration.pattern("99999999999999999999") == nil, "no number")
expect(Vibration.pattern(Array(repeating: "1", count: 500).joined(separator: ","))!.count == Vibration.mostParts, "no endless pattern")
let movements = Vibration.movements([0.2, 0.1, 0.05, 1, 0])
expect(movements.map(\.start).map { ($0 * 1_000).rounded() } == [0, 300] && movements.map(\.length) == [0.2, 0.05], "by turns")

// MARK: Addresses, deaths, words

expect(Origin.contains(URL(string: "aethel://game/a")!), "its own")
for foreign in ["aethel://other/", "aethel://game:8080/", "https://game/", "aethel:game"] {
    expect(!Origin.contains(URL(string: foreign)!), "\(foreign) is not")
}
expect(Origin.isOwn(URL(string: "blob:aethel://game/1")!) && Origin.isOwn(URL(string: "about:blank")!), "what a page has made")
for (address, opens) in [("https://example.com", true), ("mailto:a@b", true), ("javascript:alert(1)", false), ("file:///etc/passwd", false), ("itms-services://x", false)] {
    expect(Origin.isForeign(URL(string: address)!) == opens, "\(address): \(opens)")
}
var deaths = Deaths()
let now = Date()
expect((0..<3).allSatisfy { _ in deaths.mayBeginAnew(at: now) }, "three times")
expect(!deaths.mayBeginAnew(at: now), "and not a fourth")
expect(deaths.mayBeginAnew(at: now.addingTimeInterval(61)), "but a minute later")

let json = #"{"format":1,"id":"a.b","title":"\"><script> 🚀 $(x)","version":"1","entry":"index.html","orientation":"landscape","debug":false,"isolated":true}"#
let config = try AppConfig(json: Data(json.utf8))
expect(config.title == "\"><script> 🚀 $(x)" && config.orientation == .landscape && config.isolated && !config.debug, "as the exporter writes it")
expect(throws: try AppConfig(json: Data("{}".utf8)), "a broken one")
let script = try PageScript.source(runtime: "function (game, host) { window.seen = [game, host]; }", phone: "function () {}", config: json, host: ["os": "ios"])
try Data(script.utf8).write(to: URL(fileURLWithPath: CommandLine.arguments[1]))

print(failures == 0 ? "all is well" : "\(failures) failed")
exit(failures == 0 ? 0 : 1)
