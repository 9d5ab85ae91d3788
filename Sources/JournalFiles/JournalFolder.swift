// A journal's directory for those who only look: no lock, no file made, no byte written. Works beside a daemon.

public import AlertModel
public import Journal
internal import LinuxIO

/// Segments of a journal as files opened for reading alone.
///
/// One thread at a time. The lock of the directory is neither taken nor asked for, so a daemon may start, run and
/// stop meanwhile.
public struct JournalFolder: JournalSource, ~Copyable, Sendable {
    private let directory: Descriptor
    private let path: String

    /// - Throws: ``JournalError``: `permission`, `inputOutput`, naming the directory.
    public init(path: String) throws(JournalError) {
        self.path = path
        directory = try journaling("open the directory", file: path) { () throws(Errno) in
            try Files.openDirectory(path)
        }
    }

    public func segments() throws(JournalError) -> [JournalSequence] {
        try JournalDirectory.segments(in: directory, path: path)
    }

    public func size(of segment: JournalSequence) throws(JournalError) -> Int {
        let name = FileNames.segment(segment)
        return try journaling("look at the size", file: name) { () throws(Errno) in
            try Files.size(of: try Files.open(name, in: directory, access: .readOnly))
        }
    }

    public func read(
        _ segment: JournalSequence, into buffer: UnsafeMutableRawBufferPointer
    ) throws(JournalError) {
        let name = FileNames.segment(segment)
        let count = try journaling("read", file: name) { () throws(Errno) in
            try Files.pread(try Files.open(name, in: directory, access: .readOnly), at: 0, into: buffer)
        }
        guard count == buffer.count else {
            throw JournalError(.inputOutput, file: name, offset: count, reason: "the file ends here all at once")
        }
    }

    public func name(of segment: JournalSequence) -> String { FileNames.segment(segment) }

    /// A whole segment's bytes, handed to `body`.
    ///
    /// - Throws: ``JournalError`` of the disk or of `body`.
    public func withSegment(
        _ segment: JournalSequence, _ body: (UnsafeRawBufferPointer) throws(JournalError) -> Void
    ) throws(JournalError) {
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: try size(of: segment), alignment: SegmentHeader.bytes)
        defer { memory.deallocate() }
        try read(segment, into: memory)
        try body(UnsafeRawBufferPointer(memory))
    }

    /// The bytes of another file of the directory, such as a snapshot.
    ///
    /// - Throws: ``JournalError`` of the disk.
    public func content(of name: String) throws(JournalError) -> [UInt8] {
        let file = try journaling("open", file: name) { () throws(Errno) in
            try Files.open(name, in: directory, access: .readOnly)
        }
        let size = try journaling("look at the size", file: name) { () throws(Errno) in try Files.size(of: file) }
        var failure: Errno?
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            do throws(Errno) {
                count = try Files.pread(file, at: 0, into: UnsafeMutableRawBufferPointer(buffer))
            } catch {
                failure = error
            }
        }
        if let failure { throw JournalError(failure, "read", file: name) }
        return bytes
    }
}
