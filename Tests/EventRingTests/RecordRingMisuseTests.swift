import EventRing
import Testing

/// Bugs of ours that must end the process: systemd restarts it and the journal recovers, where a ring in
/// disorder would not.
struct RecordRingMisuseTests {
    @Test func anEndIsTakenOnce() async {
        await #expect(processExitsWith: .failure) {
            let ring = RecordRing(capacitySlots: 8)
            _ = ring.takeProducer()
            _ = ring.takeProducer()
        }
        await #expect(processExitsWith: .failure) {
            let ring = RecordRing(capacitySlots: 8)
            _ = ring.takeConsumer(0)
            _ = ring.takeConsumer(0)
        }
    }

    @Test func stagesAreWiredFromTheFirst() async {
        await #expect(processExitsWith: .failure) {
            let ring = RecordRing(capacitySlots: 8, consumers: 2)
            _ = ring.takeConsumer(1, after: [0])
        }
        await #expect(processExitsWith: .failure) {
            _ = RecordRing(capacitySlots: 8, consumers: 2).takeConsumer(2)
        }
    }

    @Test func capacityIsAPowerOfTwo() async {
        await #expect(processExitsWith: .failure) { _ = RecordRing(capacitySlots: 6) }
        await #expect(processExitsWith: .failure) { _ = RecordRing(capacitySlots: 1) }
    }

    @Test func fillMayNotLieAboutItsLength() async {
        await #expect(processExitsWith: .failure) {
            let producer = RecordRing(capacitySlots: 8).takeProducer()
            _ = producer.append(kind: 1, bodyBytesMax: 10) { _ in 11 }
        }
    }

    @Test func fillMayNotAppend() async {
        await #expect(processExitsWith: .failure) {
            let producer = RecordRing(capacitySlots: 8).takeProducer()
            _ = producer.append(kind: 1, bodyBytesMax: 10) { _ in
                producer.append(kind: 2, bodyBytesMax: 1) { _ in 1 } == .appended ? 1 : nil
            }
        }
    }

    @Test func bodyMayNotDrain() async {
        await #expect(processExitsWith: .failure) {
            let ring = RecordRing(capacitySlots: 8)
            let producer = ring.takeProducer()
            let consumer = ring.takeConsumer(0)
            for _ in 0..<2 { _ = producer.append(kind: 1, bodyBytesMax: 1) { _ in 1 } }
            producer.publish()
            _ = consumer.drain(max: 1) { _, _ in
                _ = consumer.drain(max: 1) { _, _ in .next }
                return .next
            }
        }
    }
}
