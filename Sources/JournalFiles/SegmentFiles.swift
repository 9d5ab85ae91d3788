// The journal's storage on real files: one directory, one file a segment. The only place that syncs the journal.

internal import AlertModel
internal import Journal
internal import LinuxIO
internal import Telemetry

/// Segments in a directory that this process alone holds.
///
/// Owned by the journal's thread. The lock is the directory's own descriptor and ends with this value.
struct SegmentFiles: JournalStorage, ~Copyable, Sendable {
    private let directory: Descriptor
    private let directoryPath: String
    private let preparer: SegmentPreparer
    private let preparerThread: Thread
    private let counters: Counters
    private let clock: any InstantSource
    /// The segment that is written to; the directory until there is one, which takes no bytes.
    private var current: Descriptor
    private var currentName = ""
    private var direct = DirectWriter()
    /// Segments that had to be made on the journal's thread since the start.
    private(set) var segmentsMadeInline = 0

    /// Opens and locks a directory, making it when it is missing, and starts making a segment ahead.
    ///
    /// - Throws: ``JournalError``: `locked`, `permission`, `noSpace`, `inputOutput`.
    static func open(
        directory path: String, segmentBytes: Int, counters: Counters, clock: any InstantSource
    ) throws(JournalError) -> SegmentFiles {
        try journaling("make the directory", file: path) { () throws(Errno) in try makeDirectory(path) }
        let directory = try journaling("open the directory", file: path) { () throws(Errno) in
            try Files.openDirectory(path)
        }
        let preparer = try lockAndTidy(directory, path: path, segmentBytes: segmentBytes)
        let placeholder = try journaling("open the directory", file: path) { () throws(Errno) in
            try Files.openDirectory(path)
        }
        let thread = try journaling("start a thread", file: path) { () throws(Errno) in
            try Thread.start(name: "sos-segments", nice: 10) { preparer.run() }
        }
        return SegmentFiles(
            directory: directory, path: path, current: placeholder, preparer: preparer, thread: thread,
            counters: counters, clock: clock)
    }

    private init(
        directory: consuming Descriptor, path: String, current: consuming Descriptor, preparer: SegmentPreparer,
        thread: Thread, counters: Counters, clock: any InstantSource
    ) {
        self.directory = directory
        directoryPath = path
        self.current = current
        self.preparer = preparer
        preparerThread = thread
        self.counters = counters
        self.clock = clock
    }

    deinit {
        preparer.stop()
        preparerThread.join()
    }

    /// Why no segment can be made ahead; nil while all is well.
    var preparingFailure: Errno? { preparer.failure }

    private static func makeDirectory(_ path: String) throws(Errno) {
        do throws(Errno) {
            try Files.makeDirectory(path)
        } catch {
            guard error == .exists else { throw error }
            return
        }
        // The new name lives in the parent.
        try Files.syncDirectory(try Files.openDirectory(path + "/.."))
    }

    private static func lockAndTidy(
        _ directory: borrowing Descriptor, path: String, segmentBytes: Int
    ) throws(JournalError) -> SegmentPreparer {
        let isLocked = try journaling("lock the directory", file: path) { () throws(Errno) in
            try Files.lock(directory)
        }
        guard isLocked else {
            throw JournalError(.locked, file: path, reason: "another process holds the directory's lock")
        }
        return try journaling("tidy the directory", file: path) { () throws(Errno) in
            let names = Set(try Files.list(directory))
            for name in FileNames.preparing where names.contains(name) {
                try Files.unlink(name, in: directory)
            }
            var hasSpare = false
            if names.contains(FileNames.spareReady) {
                let spare = try Files.open(FileNames.spareReady, in: directory, access: .readOnly)
                hasSpare = try Files.size(of: spare) == segmentBytes
                if !hasSpare { try Files.unlink(FileNames.spareReady, in: directory) }
            }
            return try SegmentPreparer(
                directory: try Files.openDirectory(path), bytes: segmentBytes, hasSpare: hasSpare)
        }
    }

    // MARK: JournalStorage

    func segments() throws(JournalError) -> [JournalSequence] {
        try JournalDirectory.segments(in: directory, path: directoryPath)
    }

    func size(of segment: JournalSequence) throws(JournalError) -> Int {
        let name = FileNames.segment(segment)
        return try journaling("look at the size", file: name) { () throws(Errno) in
            try Files.size(of: try Files.open(name, in: directory, access: .readOnly))
        }
    }

    func read(
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

    mutating func open(_ segment: JournalSequence) throws(JournalError) {
        let name = FileNames.segment(segment)
        current = try journaling("open for writing", file: name) { () throws(Errno) in
            let file = try Files.open(name, in: directory, access: .readWrite)
            // A process that was killed may not have come to make the name durable.
            try Files.syncDirectory(directory)
            return file
        }
        currentName = name
        preparer.refill(wasUsed: false)
        try openDirect()
    }

    mutating func create(
        _ segment: JournalSequence, bytes: Int, firstBlock: UnsafeRawBufferPointer
    ) throws(JournalError) {
        let name = FileNames.segment(segment)
        let isReady = preparer.isReady
        if !isReady { segmentsMadeInline += 1 }
        current = try journaling("make a segment", file: name) { () throws(Errno) in
            let before = isReady ? FileNames.spareReady : FileNames.inlinePreparing
            let made =
                isReady
                ? try Files.open(before, in: directory, access: .readWrite)
                : try ZeroedFile.make(before, bytes: bytes, in: directory)
            guard let file = consume made else { throw .inputOutput }
            // The name comes last: a file that is called a segment has a header and all its zeros.
            try Files.pwrite(file, at: 0, firstBlock)
            try Files.fdatasync(file)
            try Files.rename(before, to: name, in: directory)
            try Files.syncDirectory(directory)
            return file
        }
        currentName = name
        try openDirect()
        preparer.refill(wasUsed: isReady)
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(JournalError) {
        try journaling("write", file: currentName, offset: offset) { () throws(Errno) in
            try Files.pwrite(current, at: offset, bytes)
        }
    }

    func sync() throws(JournalError) {
        let start = clock.now().monotonic
        try journaling("sync", file: currentName) { () throws(Errno) in try Files.fdatasync(current) }
        count(syncSince: start)
    }

    private func count(syncSince start: MonotonicTime) {
        let nanoseconds = clock.now().monotonic.nanosecondsSince(start)
        counters.add(.journalSyncs)
        counters.add(.journalSyncNanoseconds, nanoseconds)
        counters.measured(.journalSync, nanoseconds: nanoseconds)
        if nanoseconds > Self.slowSyncNs { counters.add(.journalSyncsSlow) }
    }

    /// A sync this long is counted as slow: a press waits for one to two of them.
    private static let slowSyncNs: UInt64 = 100_000_000

    /// One system call past the page cache where that goes, else a write and an fdatasync.
    mutating func writeDurably(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(JournalError) {
        let start = clock.now().monotonic
        let isWritten: Bool
        do throws(Errno) {
            isWritten = try direct.write(bytes, at: offset)
        } catch {
            throw JournalError(error, "write", file: currentName, offset: offset)
        }
        guard isWritten else {
            try write(bytes, at: offset)
            return try sync()
        }
        count(syncSince: start)
    }

    /// Whether batches go to the disk past the page cache.
    var isDirect: Bool { !direct.isRefused }

    private mutating func openDirect() throws(JournalError) {
        do throws(Errno) {
            try direct.open(currentName, in: directory)
        } catch {
            throw JournalError(error, "open for direct writing", file: currentName)
        }
    }

    func setAside(
        _ bytes: UnsafeRawBufferPointer, of segment: JournalSequence, at offset: Int
    ) throws(JournalError) {
        let name = FileNames.cut(of: segment, at: offset)
        try journaling("set the cut bytes aside", file: name) { () throws(Errno) in
            // An earlier recovery may have ended between this and the cut: it kept more than is left now.
            guard try !Files.list(directory).contains(name) else { return }
            let file = try Files.open(
                FileNames.cutPreparing, in: directory, access: .readWrite, presence: .emptied)
            try Files.pwrite(file, at: 0, bytes)
            try Files.fdatasync(file)
            try Files.rename(FileNames.cutPreparing, to: name, in: directory)
            try Files.syncDirectory(directory)
        }
    }

    func name(of segment: JournalSequence) -> String { FileNames.segment(segment) }
}
