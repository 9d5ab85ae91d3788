// The ring's loops as agents write them, each a function of its own, for check-assembly to look at.

import EventRing

/// An agent's shape: handles as stored constants of a class.
final class ProbeAgent {
    private let producer: RecordProducer
    private let consumer: RecordConsumer
    private let merge: LaneMerge
    private let doorbell: Doorbell

    init(
        producer: consuming RecordProducer, consumer: consuming RecordConsumer, merge: consuming LaneMerge,
        doorbell: Doorbell
    ) {
        self.producer = producer
        self.consumer = consumer
        self.merge = merge
        self.doorbell = doorbell
    }

    /// Appends, publishes, rings.
    @inline(never)
    func probeAppend(_ records: Int) -> Int {
        var appended = 0
        for number in 0..<max(0, records) {
            let result = producer.append(kind: 1, bodyBytesMax: MemoryLayout<PressBody>.size) { buffer in
                buffer.storeBytes(of: PressBody(UInt64(truncatingIfNeeded: number)), as: PressBody.self)
                return MemoryLayout<PressBody>.size
            }
            guard result == .appended else { break }
            appended &+= 1
        }
        producer.publish()
        doorbell.ring()
        return appended
    }

    /// Drains a consumer.
    @inline(never)
    func probeDrain(_ max: Int) -> UInt64 {
        var sum = Sum()
        _ = consumer.drain(max: max) { kind, body in
            guard body.count == MemoryLayout<PressBody>.size else { return .stop }
            body.loadUnaligned(as: PressBody.self).add(to: &sum, kind: kind)
            return .next
        }
        return sum.total
    }

    /// Reads and releases in two steps.
    @inline(never)
    func probeRead(_ max: Int) -> UInt64 {
        var sum: UInt64 = 0
        _ = consumer.read(max: max) { kind, body in
            sum &+= UInt64(kind) &+ UInt64(body.count)
            return .next
        }
        consumer.release()
        return sum
    }

    /// Merges lanes into a ring: the sequencer's loop.
    @inline(never)
    func probeMerge(_ max: Int) -> Int {
        let taken = merge.drain(max: max) { kind, body in
            let result = producer.append(kind: kind, bodyBytesMax: body.count) { buffer in
                buffer.copyMemory(from: body)
                return body.count
            }
            return result == .appended ? .next : .stop
        }
        if taken > 0 { producer.publish() }
        return taken
    }
}

/// Runs each loop once, so that none is left out of the program.
func runProbes() throws -> UInt64 {
    let ring = RecordRing(capacitySlots: 64)
    let lane = RecordRing(capacitySlots: 64)
    var merge = LaneMerge(lanesMax: 1)
    merge.add(lane.takeConsumer(0))
    let agent = ProbeAgent(
        producer: ring.takeProducer(), consumer: ring.takeConsumer(0), merge: merge, doorbell: try Doorbell())
    return UInt64(agent.probeAppend(8)) &+ agent.probeDrain(4) &+ agent.probeRead(4) &+ UInt64(agent.probeMerge(4))
}
