// The dispatcher's way back to the units.

import AlertModel
import EventRing
import Telemetry

/// Sends answers to the session agents' lanes; what a full lane cannot take waits here in order.
///
/// Owned by the dispatch agent's thread.
final class AnswerSender {
    /// One session agent's answer lane and bell.
    final class Lane {
        let producer: RecordProducer
        let doorbell: Doorbell
        var needsBell = false

        init(producer: consuming RecordProducer, doorbell: Doorbell) {
            self.producer = producer
            self.doorbell = doorbell
        }
    }

    private let lanes: [Lane]
    private let counters: Counters
    /// The dispatcher applies nothing while answers are held, so these are the answers to one event.
    private var held: [UnitAnswer] = []
    private var heldFrom = 0

    /// - Parameter lanes: by the agent's number, as ``LinkID/agent`` has it.
    init(lanes: [Lane], counters: Counters) {
        self.lanes = lanes
        self.counters = counters
    }

    /// Whether answers wait for room; the dispatcher then applies no further event.
    var isHeldBack: Bool { heldFrom < held.count }

    func send(_ answer: UnitAnswer) {
        if isHeldBack || !append(answer) { held.append(answer) }
    }

    /// Sends what was held back.
    ///
    /// - Returns: whether nothing is held back any more.
    func flush() -> Bool {
        while heldFrom < held.count, append(held[heldFrom]) { heldFrom += 1 }
        guard heldFrom == held.count else {
            ringBells()
            return false
        }
        held.removeAll(keepingCapacity: true)
        heldFrom = 0
        return true
    }

    /// Publishes and wakes each agent that got something.
    func ringBells() {
        for lane in lanes where lane.needsBell {
            lane.producer.publish()
            lane.doorbell.ring()
            lane.needsBell = false
        }
    }

    private func append(_ answer: UnitAnswer) -> Bool {
        let agent = Int(answer.link.agent)
        guard agent < lanes.count else {
            counters.add(.answersUndeliverable)
            return true
        }
        let lane = lanes[agent]
        let result = lane.producer.append(kind: answer.kind.rawValue, bodyBytesMax: answer.bodyBytesMax) {
            answer.encode(into: $0)
        }
        precondition(result == .appended || result == .full, "every answer fits its lane")
        lane.needsBell = true
        return result == .appended
    }
}
