import Foundation

/// `aethel-app.json`, which the exporter puts beside the game.
struct AppConfig: Decodable {
    enum Orientation: String, Decodable {
        case any, landscape, portrait
    }

    let title: String
    let entry: String
    let orientation: Orientation
    /// The page can be inspected, and its console stands in the log.
    let debug: Bool
    /// The page gets COOP and COEP, so that `SharedArrayBuffer` works.
    let isolated: Bool

    static let fileName = "aethel-app.json"

    init(json: Data) throws {
        self = try JSONDecoder().decode(AppConfig.self, from: json)
    }
}
