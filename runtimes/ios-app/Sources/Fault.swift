import Foundation

/// What can keep a game from being played; each has its words in `Localizable.strings`.
enum Fault: String {
    case packageBroken = "fault.package"
    case pageFailed = "fault.page"
    case pageDied = "fault.died"
}

/// Words of the application's own, in the player's language.
enum Texts {
    static var ok: String { text("ok") }
    static var cancel: String { text("cancel") }
    static var retry: String { text("retry") }
    static var noFiles: String { text("no.files") }

    static func of(_ fault: Fault) -> String {
        text(fault.rawValue)
    }

    private static func text(_ key: String) -> String {
        Bundle.main.localizedString(forKey: key, value: nil, table: nil)
    }
}
