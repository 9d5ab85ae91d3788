// The single writer of the truth: durable events in, answers and feed entries out.

import AlertDispatch
import AlertModel
import EventRing
import Telemetry

/// Applies durable urgent events in their one order, then routine ones, and sends what follows from them.
///
/// Owned by its thread. A full answer or feed lane holds back what it cannot take; it never loses it.
final class DispatchAgent: Agent {
    /// Urgent events a turn, before effects are sent.
    static let urgentMax = 256
    /// Routine events a lane and turn: bounded, so that a flood of heartbeats cannot delay a press by
    /// more than a few microseconds each.
    static let routineMax = 64

    let name = "sos-dispatch"
    private var dispatcher: Dispatcher
    private let urgent: RecordConsumer
    private let routine: RecordConsumer
    private let answers: AnswerSender
    private let feed: FeedSender
    private let doorbell: Doorbell
    private let counters: Counters
    private var effects: [Effect] = []
    /// What the counters have: what was replayed at the start is not counted again.
    private var counted: DispatchTotals

    init(
        dispatcher: consuming Dispatcher, urgent: consuming RecordConsumer, routine: consuming RecordConsumer,
        answers: AnswerSender, feed: FeedSender, doorbell: Doorbell, counters: Counters
    ) {
        counted = dispatcher.totals
        self.dispatcher = dispatcher
        self.urgent = urgent
        self.routine = routine
        self.answers = answers
        self.feed = feed
        self.doorbell = doorbell
        self.counters = counters
        effects.reserveCapacity(1_024)
    }

    func doWork(now: Instant) -> Int {
        // What could not be sent goes first: order is kept for every receiver.
        guard answers.flush() else { return 0 }
        feed.flush()
        var worked = urgent.drain(max: Self.urgentMax) { kind, bytes in
            guard !answers.isHeldBack && !feed.isHeldBack else { return .stop }
            apply(kind: kind, bytes: bytes)
            return .next
        }
        worked += routine.drain(max: Self.routineMax) { kind, body in
            observe(kind: kind, body: body, now: now)
            return .next
        }
        answers.ringBells()
        feed.ringBell()
        if worked > 0 { count() }
        return worked
    }

    func waitForWork() {
        doorbell.prepareToSleep()
        if answers.isHeldBack || feed.isHeldBack {
            doorbell.wait(timeoutMs: heldBackWaitMs)
        } else if urgent.isEmpty && routine.isEmpty {
            doorbell.wait(timeoutMs: idleWaitMs)
        }
        doorbell.cancelSleep()
    }

    func wake() { doorbell.ring() }

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
        counted = now
    }
}
