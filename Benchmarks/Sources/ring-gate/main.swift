// ring-gate: the ring's loops must not allocate. Exit code 0 when none did and the counter is known to work, else 1.
//
// Each loop runs a million records, so one allocation a batch, or only when full, or only at the wrap, shows too.
// Beside them two loops that do allocate, by malloc's plain and its aligned form: if these are not seen, nothing
// that the gate says means anything.

import CAllocations
import EventRing
import Glibc

/// An agent's shape: handles as stored constants of a class.
final class Loops {
    private let producer: RecordProducer
    private let journal: RecordConsumer
    private let dispatcher: RecordConsumer
    private let laneProducer: RecordProducer
    private let merge: LaneMerge
    private let doorbell: Doorbell
    static let batches = 62_500

    init() throws {
        let ring = RecordRing(capacitySlots: 64, consumers: 2)
        producer = ring.takeProducer()
        journal = ring.takeConsumer(0)
        dispatcher = ring.takeConsumer(1, after: [0])
        let lane = RecordRing(capacitySlots: 64)
        laneProducer = lane.takeProducer()
        var merge = LaneMerge(lanesMax: 1)
        merge.add(lane.takeConsumer(0))
        self.merge = merge
        doorbell = try Doorbell()
    }

    private func fill(_ end: borrowing RecordProducer, records: Int) {
        for number in 0..<records {
            // 0 to 200 bytes: a slot and more, so that records also meet the ring's end.
            let bytes = number &* 50 % 201
            _ = end.append(kind: 1, bodyBytesMax: bytes) { buffer in
                for index in buffer.indices { buffer[index] = UInt8(truncatingIfNeeded: index) }
                return bytes
            }
        }
        end.publish()
        doorbell.ring()
    }

    /// Append, publish, ring; read and release; drain; full rings among them.
    func stages() -> Int {
        var seen = 0
        for _ in 0..<Self.batches {
            fill(producer, records: 16)
            _ = journal.read(max: 64) { _, _ in .next }
            journal.release()
            seen += dispatcher.drain(max: 64) { _, body in body.count >= 0 ? .next : .stop }
        }
        for _ in 0..<1_000 { fill(producer, records: 16) }
        seen += journal.drain(max: .max) { _, _ in .next }
        _ = dispatcher.drain(max: .max) { _, _ in .next }
        return seen
    }

    /// The sequencer: a merge of lanes into a ring.
    func merged() -> Int {
        var seen = 0
        for _ in 0..<Self.batches {
            fill(laneProducer, records: 16)
            _ = merge.drain(max: 64) { kind, body in
                producer.append(kind: kind, bodyBytesMax: body.count) { buffer in
                    buffer.copyMemory(from: body)
                    return body.count
                } == .appended ? .next : .stop
            }
            producer.publish()
            _ = journal.drain(max: 64) { _, _ in .next }
            seen += dispatcher.drain(max: 64) { _, _ in .next }
        }
        return seen
    }

    /// Falls asleep, is rung, wakes up.
    func sleeps() -> Int {
        for _ in 0..<10_000 {
            doorbell.prepareToSleep()
            doorbell.ring()
            doorbell.wait(timeoutMs: 1_000)
            doorbell.cancelSleep()
        }
        return 10_000
    }
}

/// The control: an array that grows.
func plainAllocations() -> Int {
    var kept: [[Int]] = []
    for number in 0..<100 { kept.append([number]) }
    return kept.count
}

/// The control for aligned memory: what a ring's init takes.
func alignedAllocations() -> Int {
    (0..<100).reduce(0) { sum, _ in sum + RecordRing(capacitySlots: 2).capacitySlots }
}

func measure(_ name: String, mustAllocate: Bool, _ loop: () -> Int) -> Bool {
    let before = allocations_count()
    let done = loop()
    let made = allocations_count() - before
    let isGood = done > 0 && (mustAllocate ? made >= 100 : made == 0)
    print("ring-gate: \(isGood ? "ok  " : "FAIL") \(name): \(made) allocations, \(done) done")
    return isGood
}

let loops: Loops
do { loops = try Loops() } catch {
    print("ring-gate: \(error)")
    exit(EX_OSERR)
}
let results = [
    measure("control, an array that grows", mustAllocate: true, plainAllocations),
    measure("control, rings made", mustAllocate: true, alignedAllocations),
    measure("append, publish, read, release, drain", mustAllocate: false, loops.stages),
    measure("merge into a ring", mustAllocate: false, loops.merged),
    measure("sleep and wake-up", mustAllocate: false, loops.sleeps),
]
exit(results.allSatisfy { $0 } ? 0 : 1)
