// A file of zeros that are really on the disk: what a new segment begins as.

internal import LinuxIO

/// Makes segments ahead of their use.
///
/// A block that was only reserved costs file-system metadata at its first write, and so does growing a
/// file: a sync then takes about twice as long. Hence every byte is written once, as zero, before the
/// segment is used.
enum ZeroedFile {
    /// Each piece is synced by itself, so that a batch of the journal never waits behind much of this.
    private static let pieceBytes = 1 << 20

    /// Makes a file of `bytes` zeros, durable but for its name.
    ///
    /// - Parameter shouldStop: asked before each piece; true leaves an unfinished file behind.
    /// - Returns: the open file; nil when it was stopped.
    /// - Throws: ``Errno``; ``Errno/noSpace`` before anything is written where the file system can tell.
    static func make(
        _ name: String, bytes: Int, in directory: borrowing Descriptor, shouldStop: () -> Bool = { false }
    ) throws(Errno) -> Descriptor? {
        let file = try Files.open(name, in: directory, access: .readWrite, presence: .emptied)
        try Files.fallocate(file, from: 0, bytes: bytes)
        let zeros = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 4096)
        defer { zeros.deallocate() }
        _ = zeros.initializeMemory(as: UInt8.self, repeating: 0)
        var offset = 0
        while offset < bytes {
            if shouldStop() { return nil }
            let count = min(pieceBytes, bytes - offset)
            try Files.pwrite(file, at: offset, UnsafeRawBufferPointer(rebasing: zeros[..<count]))
            try Files.fdatasync(file)
            offset += count
        }
        return file
    }
}
