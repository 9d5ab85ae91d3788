// Places for what an agent holds many of, reused, with a number that is never reused.

/// A table of numbered places in memory that never moves.
///
/// An element lives in a place from ``insert(_:)`` to ``remove(_:)``. Its *number* is the place and how often
/// the place was taken: it is never given again while the table lives, so an event or answer that arrives for
/// an element long gone finds nobody instead of a stranger.
///
/// Memory grows by ``chunkElements`` and is kept. Owned by one thread.
struct SlotTable<Element: ~Copyable>: ~Copyable {
    /// Bits of a number that tell the place.
    private static var placeBits: UInt64 { 20 }
    private static var chunkElements: Int { 256 }
    /// What the bits can tell.
    static var capacityMax: Int { 1 << Int(placeBits) }

    private let limit: Int
    private var chunks: [UnsafeMutablePointer<Element>] = []
    /// How often a place was taken and given back: odd while it is taken.
    private var uses: [UInt64] = []
    private var free: [Int32] = []
    /// Elements in the table.
    private(set) var count = 0

    /// - Parameter limit: elements at most, 1...``capacityMax``.
    init(limit: Int) {
        precondition(limit > 0 && limit <= Self.capacityMax, "a limit that numbers can tell")
        self.limit = limit
    }

    deinit {
        for place in 0..<uses.count where uses[place] & 1 == 1 { self[place].deinitialize(count: 1) }
        for chunk in chunks { chunk.deallocate() }
    }

    /// Whether no place is left.
    var isFull: Bool { count == limit }
    /// Places that can still be taken.
    var freePlaces: Int { limit - count }
    /// One more than the highest place ever taken.
    var places: Int { uses.count }

    /// The element at a taken place; stays there until it is removed.
    subscript(place: Int) -> UnsafeMutablePointer<Element> {
        precondition(uses[place] & 1 == 1, "the place is taken")
        return chunks[place / Self.chunkElements] + place % Self.chunkElements
    }

    /// Whether an element lives at `place`.
    func isTaken(_ place: Int) -> Bool { uses[place] & 1 == 1 }

    /// The number of the element at a taken place; fits 56 bits.
    func number(of place: Int) -> UInt64 { uses[place] << Self.placeBits | UInt64(place) }

    /// The place of the element with this number, nil when it is gone.
    func place(of number: UInt64) -> Int? {
        let place = Int(number & (1 << Self.placeBits - 1))
        guard place < uses.count, uses[place] == number >> Self.placeBits, uses[place] & 1 == 1 else { return nil }
        return place
    }

    /// The number that the next ``insert(_:)`` will give. Not when full.
    mutating func nextNumber() -> UInt64 {
        precondition(!isFull, "the caller looks first")
        if free.isEmpty { grow() }
        guard let place = free.last.map(Int.init) else { preconditionFailure("grow makes places") }
        return (uses[place] + 1) << Self.placeBits | UInt64(place)
    }

    /// Puts an element into a free place. Not when full.
    ///
    /// - Returns: its place.
    mutating func insert(_ element: consuming Element) -> Int {
        precondition(!isFull, "the caller looks first")
        if free.isEmpty { grow() }
        guard let place = free.popLast().map(Int.init) else { preconditionFailure("grow makes places") }
        uses[place] += 1
        count += 1
        self[place].initialize(to: element)
        return place
    }

    /// Takes the element out; its place is free.
    mutating func remove(_ place: Int) -> Element {
        let element = self[place].move()
        uses[place] += 1
        count -= 1
        free.append(Int32(place))
        return element
    }

    private mutating func grow() {
        let first = uses.count
        chunks.append(.allocate(capacity: Self.chunkElements))
        uses.append(contentsOf: repeatElement(0, count: Self.chunkElements))
        free.reserveCapacity(uses.count)
        // The lowest place on top: memory in use stays together.
        for place in (first..<first + Self.chunkElements).reversed() { free.append(Int32(place)) }
    }
}
