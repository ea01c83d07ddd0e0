import Foundation

/// The script that runs before a page's own: it gives pages of the game `window.AethelRuntime`, others nothing.
enum PageScript {
    /// Puts the parts together.
    ///
    /// - Parameters:
    ///   - runtime: `runtime.js`, a function of the game and its host.
    ///   - phone: `phone.js`, likewise: what only this system needs.
    ///   - config: `aethel-app.json` as it is; JSON is JavaScript.
    ///   - host: where the game runs.
    static func source(runtime: String, phone: String, config: String, host: [String: String]) throws -> String {
        let hostJSON = String(decoding: try JSONSerialization.data(withJSONObject: host, options: .sortedKeys), as: UTF8.self)
        return """
            if (location.protocol === "\(Origin.scheme):" && location.host === "\(Origin.host)") {
              const game = \(config);
              const host = \(hostJSON);
              (\(runtime))(game, host);
              (\(phone))(game, host);
            }

            """
    }
}
