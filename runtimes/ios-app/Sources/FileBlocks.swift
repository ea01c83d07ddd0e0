import Foundation

/// A part of a file, block by block, so that a film takes no more memory than a block of it.
///
/// Sendable because it is handed on: the next block is asked for when this one has arrived, never by two threads at a time.
final class FileBlocks: @unchecked Sendable {
    enum Failure: Error {
        /// The file has become shorter while it was read.
        case short
    }

    static let blockBytes = 256 * 1_024
    private let handle: FileHandle
    private var left: Int

    init(_ file: URL, bytes: Range<Int>) throws {
        handle = try FileHandle(forReadingFrom: file)
        left = bytes.count
        try handle.seek(toOffset: UInt64(bytes.lowerBound))
    }

    deinit {
        try? handle.close()
    }

    /// The next block; nil at the end.
    func next() throws -> Data? {
        guard left > 0 else { return nil }
        guard let block = try handle.read(upToCount: min(left, Self.blockBytes)), !block.isEmpty else { throw Failure.short }
        left -= block.count
        return block
    }
}
