// What scenarios share: their setting, the producing thread, the patience of a consumer.

import EventRing
import Glibc
import LinuxIO
import Synchronization

/// A stress run with a name.
struct Scenario: Sendable {
    let name: String
    /// Runs for about the setting's seconds; reports to its findings.
    /// - Returns: records, or rounds, that went through.
    let run: @Sendable (Setting) throws -> UInt64
}

struct Setting: Sendable {
    let seconds: Double
    let seed: UInt64
    let findings: Findings

    var deadline: ContinuousClock.Instant { ContinuousClock.now + .seconds(seconds) }
}

/// Lets another thread have the processor: the machine may have fewer than there are threads.
func giveWay() { sched_yield() }

/// Passes some time without giving way, a nanosecond or less a turn.
func spin(_ turns: UInt64) {
    // A load that the optimizer may not leave out, because others could write.
    for _ in 0..<turns { _ = spinWatch.load(ordering: .acquiring) }
}

private let spinWatch = Atomic<UInt64>(0)

func startThread(_ name: String, _ body: @escaping @Sendable () -> Void) throws -> LinuxIO.Thread {
    try LinuxIO.Thread.start(name: name, body: body)
}

/// A producing thread's end of a lane.
final class Sender: Sendable {
    let producer: RecordProducer
    let traffic: Traffic
    /// Records sent, once the sender is done; `max` before.
    let sent = Atomic<UInt64>(.max)
    /// Records published together, at most.
    private let batchMax: Int

    init(_ ring: RecordRing, seed: UInt64, lane: UInt8, bodyBytesMax: Int, batchMax: Int = 32) {
        self.batchMax = batchMax
        producer = ring.takeProducer()
        traffic = Traffic(seed: seed, lane: lane, bodyBytesMax: min(bodyBytesMax, ring.bodyBytesMax))
    }

    /// Random batches, abandoned fills and generous rooms, as fast as the ring takes them.
    func run(until deadline: ContinuousClock.Instant, afterPublish: () -> Void = {}) {
        var random = SeededGenerator(seed: traffic.seed &+ UInt64(traffic.lane))
        var number: UInt64 = 0
        var left = 1
        while number & 127 != 0 || ContinuousClock.now < deadline {
            let draw = random.next()
            let bytes = traffic.bodyBytes(number)
            let room = draw & 3 == 0 ? bytes + Int(draw >> 8) % (traffic.bodyBytesMax - bytes + 1) : bytes
            let result = producer.append(kind: traffic.lane, bodyBytesMax: room) { buffer in
                let written = traffic.write(number, into: buffer)
                return draw >> 60 == 0 ? nil : written
            }
            switch result {
            case .appended:
                number += 1
                left -= 1
                guard left == 0 else { break }
                producer.publish()
                afterPublish()
                left = Int.random(in: 1...batchMax, using: &random)
            case .full:
                producer.publish()
                afterPublish()
                giveWay()
            case .abandoned, .tooLarge: break
            }
        }
        producer.publish()
        afterPublish()
        sent.store(number, ordering: .releasing)
    }
}

/// Runs `step` until everything sent has been seen, or nothing more comes.
///
/// - Parameters:
///   - isComplete: whether all senders are done and all of theirs was seen.
///   - step: takes what is there; returns how much.
func receive(isComplete: () -> Bool, step: () -> Int) {
    /// No thread of ours is kept from running for so long.
    let patience = Duration.seconds(5)
    var quietSince = ContinuousClock.now
    while true {
        if step() > 0 {
            quietSince = .now
        } else if isComplete() || ContinuousClock.now - quietSince > patience {
            return
        } else {
            giveWay()
        }
    }
}
