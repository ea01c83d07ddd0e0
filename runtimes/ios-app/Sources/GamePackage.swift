import Foundation

/// The game inside of the application: its folder, how it wants to be shown, and the script for its pages.
struct GamePackage {
    let site: Site
    let config: AppConfig
    let script: String

    private static let folder = "www"

    /// - Throws: what is missing or cannot be read; the application was not put together as its exporter did.
    init(bundle: Bundle) throws {
        let resources = bundle.resourceURL ?? bundle.bundleURL
        let root = resources.appendingPathComponent(Self.folder, isDirectory: true)
        let json = try Data(contentsOf: root.appendingPathComponent(AppConfig.fileName))
        config = try AppConfig(json: json)
        site = Site(root: root, entry: config.entry, isIsolated: config.isolated)
        let version = bundle.object(forInfoDictionaryKey: "AethelRuntimeVersion") as? String ?? ""
        script = try PageScript.source(
            runtime: try Self.text("runtime", in: bundle),
            phone: try Self.text("phone", in: bundle),
            config: String(decoding: json, as: UTF8.self),
            host: ["os": "ios", "arch": "arm64", "shell": version, "view": "wkwebview"]
        )
    }

    private static func text(_ name: String, in bundle: Bundle) throws -> String {
        guard let file = bundle.url(forResource: name, withExtension: "js") else { throw CocoaError(.fileNoSuchFile) }
        return try String(contentsOf: file, encoding: .utf8)
    }
}
