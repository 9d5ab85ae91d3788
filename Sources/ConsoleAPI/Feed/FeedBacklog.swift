// The last items of the stream, so that a console that was away gets exactly what it missed.

import AlertModel

/// A ring of the newest items in journal order. A value: ``ConsoleFeed`` guards it.
struct FeedBacklog: Sendable {
    private var items: [FeedItem] = []
    /// Where the oldest item stands once the ring is full.
    private var oldest = 0
    private let itemsMax: Int
    /// Some item with this sequence or one below was dropped or never seen here; nil while nothing was.
    private var incompleteThrough: JournalSequence?
    private var isStarted = false

    /// - Parameter itemsMax: at least 1.
    init(itemsMax: Int) {
        precondition(itemsMax > 0)
        self.itemsMax = itemsMax
    }

    /// Adds an item whose sequence is not below the last one's. Constant time.
    mutating func append(_ item: FeedItem) {
        start(at: item.sequence)
        if items.count < itemsMax {
            items.append(item)
            return
        }
        incompleteThrough = items[oldest].sequence
        items[oldest] = item
        oldest = (oldest + 1) % itemsMax
    }

    /// Notes the first sequence this process heard of: what came before it is not known here.
    mutating func start(at sequence: JournalSequence) {
        if isStarted { return }
        isStarted = true
        incompleteThrough = sequence.value > 0 ? JournalSequence(sequence.value - 1) : nil
    }

    /// Every item with `sequence` or a later one, oldest first; nil when some of them are gone.
    ///
    /// The items of `sequence` itself are among them: a console may have seen only the first of several.
    func items(from sequence: JournalSequence) -> [FeedItem]? {
        if let incompleteThrough, sequence <= incompleteThrough { return nil }
        var found: [FeedItem] = []
        for distance in 1..<(items.count + 1) {
            let item = items[(oldest + items.count - distance) % items.count]
            if item.sequence < sequence { break }
            found.append(item)
        }
        return found.reversed()
    }
}
