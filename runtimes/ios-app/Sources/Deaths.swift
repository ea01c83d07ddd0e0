import Foundation

/// Counts how often a page's process has ended lately.
struct Deaths {
    static let most = 3
    static let withinSeconds: TimeInterval = 60
    private var times: [Date] = []

    /// Whether the page may begin anew after one more.
    mutating func mayBeginAnew(at now: Date) -> Bool {
        times = times.filter { now.timeIntervalSince($0) < Self.withinSeconds } + [now]
        return times.count <= Self.most
    }
}
