import AlertModel
import EventRing
import Telemetry
import Testing

@testable import GatewayApp

@Suite("Answers and feed under a full lane")
struct SenderTests {
    private func answer(_ counter: UInt32, agent: UInt8 = 0) -> UnitAnswer {
        .acknowledged(LinkID(agent: agent, connection: 1), boot: 1, counter: counter)
    }

    private func counters(in lane: borrowing RecordConsumer) -> [UInt32] {
        var found: [UInt32] = []
        _ = lane.drain(max: .max) { kind, body in
            if case .acknowledged(_, _, let counter) = try? UnitAnswer(kind: kind, body: body) {
                found.append(counter)
            }
            return .next
        }
        return found
    }

    @Test("answers that find no room wait in order and are never lost")
    func answersWait() throws {
        let ring = RecordRing(capacitySlots: 4)
        let lane = ring.takeConsumer(0)
        let sender = AnswerSender(
            lanes: [.init(producer: ring.takeProducer(), doorbell: try Doorbell())], counters: Counters())
        for counter in 1...10 { sender.send(answer(UInt32(counter))) }
        #expect(sender.isHeldBack)
        var received: [UInt32] = []
        var turns = 0
        while received.count < 10 && turns < 20 {
            _ = sender.flush()
            sender.ringBells()
            received += counters(in: lane)
            turns += 1
        }
        #expect(received == Array(1...10))
        #expect(sender.flush())
        #expect(!sender.isHeldBack)
    }

    @Test("an answer for an agent that does not exist is counted, not kept")
    func unknownAgent() throws {
        let ring = RecordRing(capacitySlots: 4)
        let counted = Counters()
        let sender = AnswerSender(
            lanes: [.init(producer: ring.takeProducer(), doorbell: try Doorbell())], counters: counted)
        sender.send(answer(1, agent: 9))
        #expect(!sender.isHeldBack)
        #expect(counted.value(.answersUndeliverable) == 1)
    }

    @Test("feed entries that find no room wait in order")
    func feedWaits() throws {
        let ring = RecordRing(capacitySlots: 32)
        let lane = ring.takeConsumer(0)
        let sender = FeedSender(producer: ring.takeProducer(), doorbell: try Doorbell())
        let unit = try UnitID("AST-0001")
        for number in 1...50 { sender.send(.unitGone(unit), sequence: JournalSequence(UInt64(number))) }
        #expect(sender.isHeldBack)
        var received: [UInt64] = []
        var turns = 0
        while received.count < 50 && turns < 100 {
            sender.flush()
            sender.ringBell()
            _ = lane.drain(max: .max) { kind, body in
                if let (sequence, _) = try? FeedEntry.decode(kind: kind, body: body) {
                    received.append(sequence.value)
                }
                return .next
            }
            turns += 1
        }
        #expect(received == Array(1...50))
        #expect(!sender.isHeldBack)
    }
}
