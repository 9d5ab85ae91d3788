// Several lanes into one order: the sequencer's reading end.

/// Takes turns between lanes, so that a flooding producer delays the others by a bounded number of records.
///
/// Each lane's own order is kept; between lanes the order is that of the turns. A turn is at most
/// ``laneBatchMax`` records, so a record at the head of its lane waits for at most
/// `(lanes − 1) × laneBatchMax` records of others.
/// ```
/// var lanes = LaneMerge(lanesMax: 4)
/// lanes.add(sessionRing.takeConsumer(0))
/// lanes.add(consoleRing.takeConsumer(0))
/// let taken = lanes.drain(max: 512) { kind, body in .next }
/// ```
/// The consumers lie in memory of its own because an array holds no values that cannot be copied.
///
/// `@unchecked Sendable`: not copyable and the only holder of its pointers, which never leave it, so handing
/// it to another thread hands over all it points to, and its elements are Sendable themselves. As with its
/// lanes, one thread at a time calls it.
public struct LaneMerge: ~Copyable, @unchecked Sendable {
    /// More agents and doors than a gateway has; the merge looks at every lane in each round.
    public static let lanesLimit = 64

    /// Records a lane gives in one turn.
    public let laneBatchMax: Int
    /// Lanes added so far.
    public private(set) var count = 0
    private let capacity: Int
    /// The first `count` are initialized.
    @usableFromInline let lanes: UnsafeMutablePointer<RecordConsumer>
    /// The lane whose turn it is. In memory of its own so that draining borrows only: see RecordProducer.
    @usableFromInline let turn: UnsafeMutablePointer<Int>

    /// - Parameters:
    ///   - lanesMax: how many lanes can be added, 1...``lanesLimit``.
    ///   - laneBatchMax: records a lane and turn, at least 1. 32 presses are 2 KiB: few enough that nobody
    ///     waits long, enough that a turn pays for looking at the lane's cursor.
    public init(lanesMax: Int, laneBatchMax: Int = 32) {
        precondition(lanesMax >= 1 && lanesMax <= Self.lanesLimit, "lanes out of range")
        precondition(laneBatchMax >= 1, "a turn is at least one record")
        self.laneBatchMax = laneBatchMax
        capacity = lanesMax
        lanes = .allocate(capacity: lanesMax)
        turn = .allocate(capacity: 1)
        turn.initialize(to: 0)
    }

    deinit {
        lanes.deinitialize(count: count)
        lanes.deallocate()
        turn.deallocate()
    }

    /// Adds a lane behind the others. At most `lanesMax`.
    public mutating func add(_ lane: consuming RecordConsumer) {
        precondition(count < capacity, "more lanes than announced")
        (lanes + count).initialize(to: lane)
        count += 1
    }

    /// Reads up to `max` records in turns and releases each lane's at the end of its turn.
    ///
    /// - Parameter body: as in ``RecordConsumer/drain(max:_:)``. After `.stop` the next call begins with the
    ///   record that was left, so a large one cannot be overtaken for ever by small ones of other lanes.
    /// - Returns: records read; 0 when every lane was empty, or `body` stopped at the first.
    @inlinable
    public func drain(max: Int, _ body: (UInt8, UnsafeRawBufferPointer) -> DrainStep) -> Int {
        var taken = 0
        var emptyLanes = 0
        var lane = turn.pointee
        while taken < max && emptyLanes < count {
            let batchMax = min(laneBatchMax, max &- taken)
            let (read, stopped) = lanes[lane].readBatch(max: batchMax, holdsBack: false, body)
            if read > 0 { lanes[lane].release() }
            taken &+= read
            if stopped { break }
            emptyLanes = read == 0 ? emptyLanes &+ 1 : 0
            lane = lane &+ 1 < count ? lane &+ 1 : 0
        }
        turn.pointee = lane
        return taken
    }

    /// Whether no lane has anything to read now; the check to make before sleeping, as with a consumer's.
    @inlinable
    public var isEmpty: Bool {
        for lane in 0..<count where !lanes[lane].isEmpty { return false }
        return true
    }
}
