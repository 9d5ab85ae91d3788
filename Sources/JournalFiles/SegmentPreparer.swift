// One segment ahead: a background thread writes its zeros, so that the journal's thread only renames it.

internal import LinuxIO
internal import Synchronization

/// Keeps one ready segment in the directory.
///
/// Two threads meet at ``state``: the preparer turns `wanted` into `ready` once `spare.ready` is durable,
/// the journal turns `ready` into `wanted` once it has renamed that file away. Each touches the file only
/// in its own state.
final class SegmentPreparer: Sendable {
    /// Between two pieces: 64 MiB then take a good second. A journal that fills a segment faster makes more
    /// than 10,000 commits a second.
    private static let pauseMs: Int32 = 4

    private enum State {
        static let wanted: UInt8 = 0
        static let ready: UInt8 = 1
        /// The journal has no segment of its own yet, and on a disk with room for one only it comes first.
        static let notYet: UInt8 = 2
    }

    private let state: Atomic<UInt8>
    private let isStopping = Atomic<Bool>(false)
    private let lastErrno = Atomic<Int32>(0)
    private let bell: EventFD
    private let directory: Descriptor
    private let bytes: Int

    /// - Parameters:
    ///   - directory: its own descriptor of the journal's directory.
    ///   - bytes: size of a segment.
    ///   - hasSpare: whether a ready segment of that size was left by an earlier process.
    /// - Throws: ``Errno`` when the process has no descriptor left.
    init(directory: consuming Descriptor, bytes: Int, hasSpare: Bool) throws(Errno) {
        self.directory = directory
        self.bytes = bytes
        bell = try EventFD()
        state = Atomic(hasSpare ? State.ready : State.notYet)
    }

    /// Runs on the preparer's thread until ``stop()``.
    func run() {
        while !isStopping.load(ordering: .acquiring) {
            // Pairs with the release in `refill(wasUsed:)`: the spare of before has its final name.
            if state.load(ordering: .acquiring) == State.wanted { prepare() }
            bell.wait(timeoutMs: -1)
            bell.drain()
        }
    }

    /// Whether `spare.ready` may be used. Journal's thread.
    ///
    /// The acquire pairs with the release in `prepare()`: the file is complete and durable.
    var isReady: Bool { state.load(ordering: .acquiring) == State.ready }

    /// Asks for the next spare after a segment was made or opened. Journal's thread; one system call.
    ///
    /// - Parameter wasUsed: whether the segment was `spare.ready`, which has its final name now. If not, only
    ///   a preparation that failed before is tried again.
    func refill(wasUsed: Bool) {
        if wasUsed || state.load(ordering: .relaxed) == State.notYet {
            state.store(State.wanted, ordering: .releasing)
        }
        bell.signal()
    }

    /// Ends ``run()`` soon.
    func stop() {
        isStopping.store(true, ordering: .releasing)
        bell.signal()
    }

    /// Why no segment could be made ahead; nil while all is well. A full disk shows here first.
    var failure: Errno? {
        let code = lastErrno.load(ordering: .relaxed)
        return code == 0 ? nil : Errno(code: code)
    }

    private func prepare() {
        do throws(Errno) {
            let file = try ZeroedFile.make(FileNames.sparePreparing, bytes: bytes, in: directory) { [self] in
                // Leaves the disk to the journal meanwhile. A bell that rings says that the journal could not
                // wait for this one, or that all is to end: then there is no pause.
                bell.wait(timeoutMs: Self.pauseMs)
                return !isStopping.load(ordering: .relaxed)
            }
            guard file != nil else { return }
            try Files.rename(FileNames.sparePreparing, to: FileNames.spareReady, in: directory)
            try Files.syncDirectory(directory)
            lastErrno.store(0, ordering: .relaxed)
            state.store(State.ready, ordering: .releasing)
        } catch {
            // The journal makes its next segment itself and finds out; this is tried again after that.
            lastErrno.store(error.code, ordering: .relaxed)
            // Half a spare must not keep the disk full; it may also not be there at all.
            try? Files.unlink(FileNames.sparePreparing, in: directory)
        }
    }
}
