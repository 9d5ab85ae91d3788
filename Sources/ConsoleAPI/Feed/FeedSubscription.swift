// One console's place in the stream: bounded, pulled by its writer, never waited for by the feed.

import AlertModel
import Synchronization

/// What a console's writer finds when it looks.
enum FeedSignal: Equatable, Sendable {
    /// Changes in journal order; never empty.
    case items([FeedItem])
    /// Changes were passed over: load the lists, which are at this sequence or later.
    case resync(JournalSequence)
    /// Something is wrong with the gateway, or no longer; never empty, the latest of each kind.
    case warnings([GatewayWarning])
    /// Some time has passed: say that the connection lives, and check that it still may.
    case heartbeat
}

/// A bounded mailbox with one reader.
///
/// When it is full, everything in it is dropped and the reader finds one `resync` in its place: a slow
/// console costs memory for some references and no time of anybody else.
final class FeedSubscription: Sendable {
    /// Items handed to the reader at once: some 200 KB of text, so that a console that reads slowly holds
    /// the writer back before its text fills memory.
    static let batchMax = 256

    /// How the stream begins.
    enum Start: Hashable, Sendable {
        /// From now on; the lists are still to be loaded.
        case fresh
        /// With everything that was missed.
        case resumed
        /// What was missed is no longer known: a resync follows.
        case lost
    }

    /// The centres whose changes it gets.
    let centres: Set<CentreID>
    /// Whose it is, for the bound on streams an officer.
    let officer: OfficerID?
    /// How it begins.
    let start: Start
    /// The sequence from which the stream is complete.
    let startsAt: JournalSequence

    private struct State {
        var items: [FeedItem]
        var latest: JournalSequence
        var needsResync: Bool
        var needsHeartbeat = false
        /// At most one a kind.
        var warnings: [GatewayWarning] = []
        var isFinished = false
        var waiting: CheckedContinuation<Void, Never>?

        struct Answer {
            let signal: FeedSignal?
        }

        var hasAnswer: Bool {
            isFinished || needsResync || !items.isEmpty || needsHeartbeat || !warnings.isEmpty
        }

        mutating func takeWaiting() -> CheckedContinuation<Void, Never>? {
            defer { waiting = nil }
            return waiting
        }

        /// nil while there is nothing to say.
        mutating func take() -> Answer? {
            // Also at the end: that nothing is stored any more is the last thing a failing gateway says.
            if !warnings.isEmpty {
                defer { warnings = [] }
                return Answer(signal: .warnings(warnings))
            }
            if isFinished { return Answer(signal: nil) }
            // Before everything else: a reader who is never done must be checked, too.
            if needsHeartbeat {
                needsHeartbeat = false
                return Answer(signal: .heartbeat)
            }
            if needsResync {
                needsResync = false
                return Answer(signal: .resync(latest))
            }
            if !items.isEmpty {
                let batch = Array(items.prefix(FeedSubscription.batchMax))
                items.removeFirst(batch.count)
                return Answer(signal: .items(batch))
            }
            return nil
        }
    }

    private let state: Mutex<State>
    private let itemsMax: Int

    init(
        centres: Set<CentreID>, officer: OfficerID?, start: Start, startsAt: JournalSequence, missed: [FeedItem],
        latest: JournalSequence, itemsMax: Int
    ) {
        self.centres = centres
        self.officer = officer
        self.start = start
        self.startsAt = startsAt
        // What was missed does not count against the room for what comes.
        self.itemsMax = missed.count + itemsMax
        state = Mutex(State(items: missed, latest: latest, needsResync: start == .lost))
    }

    /// Puts an item in, or drops everything and asks for a resync. Never blocks.
    ///
    /// - Returns: whether this item made the mailbox overflow.
    func offer(_ item: FeedItem) -> Bool {
        guard item.concerns(centres) else { return false }
        let (overflowed, waiting) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
            if state.isFinished { return (false, nil) }
            state.latest = item.sequence
            if state.needsResync { return (false, nil) }
            let overflows = state.items.count >= itemsMax
            if overflows {
                state.items = []
                state.needsResync = true
            } else {
                state.items.append(item)
            }
            return (overflows, state.takeWaiting())
        }
        waiting?.resume()
        return overflowed
    }

    /// Puts a warning in, in place of an older one of its kind. Never blocks.
    func warn(_ warning: GatewayWarning) {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.isFinished { return nil }
            state.warnings.removeAll { $0.kind == warning.kind }
            state.warnings.append(warning)
            return state.takeWaiting()
        }
        waiting?.resume()
    }

    /// Lets the reader send a sign of life.
    func beat() {
        let waiting = state.withLock { state in
            state.needsHeartbeat = true
            return state.takeWaiting()
        }
        waiting?.resume()
    }

    /// Ends the stream; the reader finds nil, at once or behind a warning that waits.
    func finish() {
        let waiting = state.withLock { state in
            state.isFinished = true
            state.items = []
            return state.takeWaiting()
        }
        waiting?.resume()
    }

    /// The next signal, waiting for one; nil when the stream has ended or the reader's task was cancelled.
    ///
    /// One reader at a time.
    func next() async -> FeedSignal? {
        while true {
            if let answer = state.withLock({ $0.take() }) { return answer.signal }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isReady = state.withLock { state in
                        if state.hasAnswer { return true }
                        precondition(state.waiting == nil, "a subscription has one reader")
                        state.waiting = continuation
                        return false
                    }
                    if isReady { continuation.resume() }
                }
            } onCancel: {
                finish()
            }
        }
    }
}
