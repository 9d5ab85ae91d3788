// A file of zeros that are really on the disk: what a new segment begins as.

internal import LinuxIO

/// Makes segments ahead of their use.
///
/// A block that was only reserved costs file-system metadata at its first write, and so does growing a
/// file: a sync then takes about twice as long. Hence every byte is written once, as zero, before the
/// segment is used.
enum ZeroedFile {
    /// Half a millisecond of an ordinary SSD: what a batch of the journal may have to wait for.
    private static let pieceBytes = 256 << 10

    /// Makes a file of `bytes` zeros, durable but for its name.
    ///
    /// - Parameter betweenPieces: with it, every piece is synced by itself, so that no batch of the journal
    ///   waits behind more than one, and it is called after each; false ends the work and leaves an unfinished
    ///   file behind. Without it, all is written as fast as the disk takes it.
    /// - Returns: the open file; nil when it was ended early.
    /// - Throws: ``Errno``; ``Errno/noSpace`` before anything is written where the file system can tell.
    static func make(
        _ name: String, bytes: Int, in directory: borrowing Descriptor, betweenPieces: (() -> Bool)? = nil
    ) throws(Errno) -> Descriptor? {
        let file = try Files.open(name, in: directory, access: .readWrite, presence: .emptied)
        try Files.fallocate(file, from: 0, bytes: bytes)
        let zeros = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 4096)
        defer { zeros.deallocate() }
        _ = zeros.initializeMemory(as: UInt8.self, repeating: 0)
        var offset = 0
        while offset < bytes {
            let count = min(pieceBytes, bytes - offset)
            try Files.pwrite(file, at: offset, UnsafeRawBufferPointer(rebasing: zeros[..<count]))
            offset += count
            guard let betweenPieces else { continue }
            try Files.fdatasync(file)
            guard betweenPieces() else { return nil }
        }
        try Files.fdatasync(file)
        // The journal writes past the cache: these zeros would only lie there.
        Files.forgetCached(file)
        return file
    }
}
