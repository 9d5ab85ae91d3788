// The short way of a batch to the disk: past the kernel's page cache, one system call, durable when it returns.

internal import LinuxIO

/// Writes one segment after the other directly, until the file system or the disk refuses that once.
///
/// Everything that was written to a segment before by another descriptor must have been synced: the kernel drops
/// its clean pages as direct writes pass them, so that whoever reads the file sees what was written. Owned by the
/// journal's thread.
struct DirectWriter: ~Copyable, Sendable {
    private var file: Descriptor?
    /// Whether batches have to take the other way: the file system knows no direct writes, or the disk's block
    /// is larger than a batch's alignment.
    private(set) var isRefused = false

    /// Turns to another segment.
    ///
    /// - Throws: ``Errno``, but not where the file system only refuses direct writes.
    mutating func open(_ name: String, in directory: borrowing Descriptor) throws(Errno) {
        file = nil
        guard !isRefused else { return }
        do throws(Errno) {
            file = try Files.openDirect(name, in: directory)
        } catch {
            guard error == .badArgument else { throw error }
            isRefused = true
        }
    }

    /// Writes a batch durably.
    ///
    /// - Returns: false when nothing was written and the other way has to be taken.
    /// - Throws: ``Errno``; final.
    mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(Errno) -> Bool {
        let isDone: Bool
        switch file {
        case .some(let file): isDone = try Files.pwriteDurably(file, at: offset, bytes)
        case .none: return false
        }
        if !isDone {
            isRefused = true
            file = nil
        }
        return isDone
    }
}
