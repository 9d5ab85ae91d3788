// The second half of the alert core, the single writer of the truth: durable events in, answers and feed entries out.

import AlertDispatch
import AlertModel
import EventRing
import Telemetry

/// Applies durable urgent events in their one order, then routine ones, and sends what follows from them.
///
/// Owned by the core's thread. A full answer or feed lane holds back what it cannot take; it never loses it.
final class DispatchHalf {
    /// Urgent events a turn, before effects are sent: a whole batch of the journal's.
    static let urgentMax = JournalHalf.batchRecordsMax
    /// Routine events a turn: bounded, so that a flood of heartbeats delays a press by some 30 µs at most.
    static let routineMax = 64
    /// Routine events of a turn behind one that waited for a slow disk: with 200 ms a sync still 5,000 a second.
    static let routineBehindMax = 1_024

    private var dispatcher: Dispatcher
    private let urgent: RecordConsumer
    private let routine: RecordConsumer
    private let answers: AnswerSender
    private let feed: FeedSender
    private let counters: Counters
    private var effects: [Effect] = []
    /// What the counters have: what was replayed at the start is not counted again.
    private var counted: DispatchTotals

    init(
        dispatcher: consuming Dispatcher, urgent: consuming RecordConsumer, routine: consuming RecordConsumer,
        answers: AnswerSender, feed: FeedSender, counters: Counters
    ) {
        counted = dispatcher.totals
        self.dispatcher = dispatcher
        self.urgent = urgent
        self.routine = routine
        self.answers = answers
        self.feed = feed
        self.counters = counters
        effects.reserveCapacity(1_024)
    }

    /// Applies what is durable, and some of what is routine.
    ///
    /// - Parameter isBehind: whether the turn before was a long one.
    /// - Returns: events applied.
    func doWork(now: Instant, isBehind: Bool) -> Int {
        // What could not be sent goes first: order is kept for every receiver.
        guard answers.flush() else { return 0 }
        feed.flush()
        var worked = urgent.drain(max: Self.urgentMax) { kind, bytes in
            guard !answers.isHeldBack && !feed.isHeldBack else { return .stop }
            apply(kind: kind, bytes: bytes)
            return .next
        }
        worked += routine.drain(max: isBehind ? Self.routineBehindMax : Self.routineMax) { kind, body in
            observe(kind: kind, body: body, now: now)
            return .next
        }
        // Before the answers leave: who was answered finds the press counted.
        if worked > 0 { count() }
        answers.ringBells()
        feed.ringBell()
        return worked
    }

    /// How long the thread may sleep as far as the dispatcher goes, ms; 0 when there is work.
    var restMs: Int32 {
        if answers.isHeldBack || feed.isHeldBack { return heldBackWaitMs }
        return urgent.isEmpty && routine.isEmpty ? idleWaitMs : 0
    }

    /// Appends what has fallen due by `moment`, at most `max` events, to be journaled.
    func takeDue(at moment: MonotonicTime, max: Int, into events: inout [Event]) {
        dispatcher.dueTimers(at: moment, max: max, into: &events)
    }

    /// Appends what the auditor finds, to be journaled.
    func audit(at moment: MonotonicTime, into events: inout [Event]) {
        dispatcher.audit(at: moment, into: &events)
    }

    /// When something falls due next; nil when nothing will.
    var nextDeadline: MonotonicTime? { dispatcher.nextDeadline }

    private func apply(kind: UInt8, bytes: UnsafeRawBufferPointer) {
        guard let record = SequencedRecord(bytes) else {
            preconditionFailure("the sequencer writes whole records")
        }
        do throws(DecodeError) {
            let event = try Event(kind: kind, body: record.body)
            dispatcher.step(event, sequence: record.sequence, at: record.at, effects: &effects)
        } catch {
            // It is durable and can never be applied: a restart would refuse it too, so say it where it arose.
            preconditionFailure("journal record \(record.sequence.value) of kind \(kind): \(error)")
        }
        send(sequence: record.sequence)
    }

    private func observe(kind: UInt8, body: UnsafeRawBufferPointer, now: Instant) {
        guard let event = try? Event(kind: kind, body: body) else {
            counters.add(.eventsUndecodable)
            return
        }
        dispatcher.observe(event, at: now, effects: &effects)
        send(sequence: dispatcher.lastSequence)
    }

    private func send(sequence: JournalSequence) {
        for effect in effects {
            switch effect {
            case .answer(let answer): answers.send(answer)
            case .feed(let entry): feed.send(entry, sequence: sequence)
            }
        }
        effects.removeAll(keepingCapacity: true)
    }

    /// Brings the counters up to the dispatcher's totals.
    private func count() {
        let now = dispatcher.totals
        counters.add(.pressesStored, now.pressesStored &- counted.pressesStored)
        counters.add(.pressesRepeated, now.pressesRepeated &- counted.pressesRepeated)
        counters.add(.alertsRaised, now.alertsRaised &- counted.alertsRaised)
        counters.add(.alertsClaimed, now.alertsClaimed &- counted.alertsClaimed)
        counters.add(.alertsClosed, now.alertsClosed &- counted.alertsClosed)
        counters.add(.commandsRefused, now.commandsRefused &- counted.commandsRefused)
        counters.add(.timersFired, now.timersFired &- counted.timersFired)
        counters.add(.escalations, now.escalations &- counted.escalations)
        counters.add(.auditsFound, now.auditsFound &- counted.auditsFound)
        counters.add(.unitCommands, now.unitCommands &- counted.unitCommands)
        counters.add(.unitCommandsTimedOut, now.unitCommandsTimedOut &- counted.unitCommandsTimedOut)
        counted = now
    }
}
