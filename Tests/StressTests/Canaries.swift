// The same checks on users that break the rules on purpose. Each must be caught, or the checks prove nothing.
// All of them use the public interface only: what is broken is the order of their steps.

import EventRing
import LinuxIO
import Synchronization

enum Canaries {
    static let all: [Scenario] = [
        Scenario(name: "canary: publishes the cursor before the body is written", run: publishBeforeWrite),
        Scenario(name: "canary: reads after release", run: readAfterRelease),
        Scenario(name: "canary: a stage wired without its upstream") {
            try StageScenarios.run(wiring: [[], []], checked: [[], [0]], $0)
        },
        Scenario(name: "canary: sleeps without looking again") {
            try DoorbellScenarios.run(ringers: 1, looksAgain: false, sleepMs: 200, $0)
        },
    ]

    @Sendable
    private static func publishBeforeWrite(_ setting: Setting) throws -> UInt64 {
        let ring = RecordRing(capacitySlots: 64)
        let sender = Sender(ring, seed: setting.seed, lane: 0, bodyBytesMax: 500)
        let deadline = setting.deadline
        let consumer = ring.takeConsumer(0)
        let thread = try startThread("sender") {
            var number: UInt64 = 0
            while ContinuousClock.now < deadline {
                let bytes = sender.traffic.bodyBytes(number)
                var room: UnsafeMutableRawBufferPointer?
                let result = sender.producer.append(kind: 0, bodyBytesMax: bytes) { buffer in
                    room = buffer
                    return bytes
                }
                guard result == .appended, let room else {
                    giveWay()
                    continue
                }
                sender.producer.publish()
                // Wide enough that a reader meets it in every run, on any machine.
                giveWay()
                spin(2_000)
                _ = sender.traffic.write(number, into: room)
                number += 1
            }
            sender.sent.store(number, ordering: .releasing)
        }
        var checker = LaneChecker(sender.traffic, setting.findings)
        receive {
            sender.sent.load(ordering: .acquiring) <= checker.next
        } step: {
            consumer.drain(max: 16) { kind, body in
                checker.see(kind: kind, body: body)
                return .next
            }
        }
        thread.join()
        return checker.next
    }

    @Sendable
    private static func readAfterRelease(_ setting: Setting) throws -> UInt64 {
        let ring = RecordRing(capacitySlots: 16)
        let sender = Sender(ring, seed: setting.seed, lane: 0, bodyBytesMax: 56)
        let deadline = setting.deadline
        let consumer = ring.takeConsumer(0)
        let thread = try startThread("sender") { sender.run(until: deadline) }
        var checker = LaneChecker(sender.traffic, setting.findings)
        var kept: [(kind: UInt8, body: UnsafeRawBufferPointer)] = []
        receive {
            sender.sent.load(ordering: .acquiring) <= checker.next
        } step: {
            kept.removeAll(keepingCapacity: true)
            let count = consumer.drain(max: 16) { kind, body in
                kept.append((kind, body))
                return .next
            }
            giveWay()
            for record in kept { checker.see(kind: record.kind, body: record.body) }
            return count
        }
        thread.join()
        return checker.next
    }
}
