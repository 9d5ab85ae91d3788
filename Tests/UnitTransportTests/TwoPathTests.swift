import AlertModel
import LinuxIO
import Telemetry
import Testing
import UnitProtocol

@testable import UnitTransport

/// SplitMix64: the same numbers for a seed everywhere.
private struct Chance: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension TransportTests {
    /// A unit on two paths, one of which is reset in the middle of whatever it says or hears.
    @Suite("Two paths")
    struct TwoPathTests {
        private static let steps = 24

        private static func message(_ counter: UInt32, _ kind: Int) -> UnitMessage {
            let time = TestClock.start.wall
            return switch kind {
            case 0: .cancel(CancelMessage(boot: 7, counter: counter, pressCounter: 1, cancelledAt: time))
            case 1:
                .faultBegin(FaultMessage(boot: 7, counter: counter, fault: .doorOpen, changedAt: time, detail: 0))
            case 2:
                .faultEnd(FaultMessage(boot: 7, counter: counter, fault: .doorOpen, changedAt: time, detail: 0))
            default: Harness.press(counter)
            }
        }

        /// Counters of the stored messages among the events.
        private static func stored(_ events: [Event]) -> [UInt32] {
            events.compactMap { event in
                switch event {
                case .press(let press): press.id.counter
                case .cancel(let cancel): cancel.id.counter
                case .faultBegan(let report), .faultEnded(let report): report.id.counter
                default: nil
                }
            }
        }

        private static func bytes(_ message: UnitMessage) -> [UInt8] {
            var frame = [UInt8](repeating: 0, count: Limits.frameBytesMax)
            let count = frame.withUnsafeMutableBytes { message.encode(into: $0) } ?? 0
            return Array(frame[..<count])
        }

        @Test(
            "a reset at any byte loses no message of the other path, and no answer",
            arguments: 1...12 as ClosedRange<UInt64>)
        func resetAnywhere(seed: UInt64) throws {
            var chance = Chance(state: seed)
            let harness = try Harness()
            var paths = [try harness.greet(path: 1), try harness.greet(path: 2)]
            var links = harness.links.map(\.link)
            var resets = 0
            for counter in 1...UInt32(Self.steps) {
                let frame = Self.bytes(Self.message(counter, Int.random(in: 0..<4, using: &chance)))
                let breaking = Bool.random(using: &chance) ? Int.random(in: 0..<2, using: &chance) : nil
                for (path, unit) in paths.enumerated() where path != breaking { unit.send(bytes: frame) }
                if let breaking {
                    // Cut at any byte, in any state of the gateway.
                    let unit = paths[breaking]
                    unit.send(bytes: Array(frame.prefix(Int.random(in: 0...frame.count, using: &chance))))
                    for _ in 0..<Int.random(in: 0..<4, using: &chance) { harness.turn() }
                    unit.reset()
                    resets += 1
                }
                try harness.pump("message \(counter), seed \(seed)") {
                    Self.stored(harness.events).contains(counter)
                }
                // As the dispatcher does: on every link that it knows.
                for link in links { harness.answer(.acknowledged(link, boot: 7, counter: counter)) }
                let wanted = GatewayMessage.acknowledgement(Acknowledgement(boot: 7, counter: counter))
                try harness.pump("the answer to \(counter), seed \(seed)") {
                    paths.enumerated().allSatisfy { $0.offset == breaking || $0.element.messages.contains(wanted) }
                }
                guard let breaking else { continue }
                let shown = paths[breaking].token
                paths[breaking] = try harness.greet(path: UInt8(breaking) + 1, resume: shown)
                let up = try #require(harness.links.last)
                #expect(paths[breaking].token == shown && up.continues == links[breaking], "seed \(seed)")
                links[breaking] = up.link
            }
            #expect(Set(Self.stored(harness.events)).count == Self.steps, "seed \(seed)")
            #expect(harness.counters.value(.linksResumed) == UInt64(resets) && resets > 0, "seed \(seed)")
            #expect(harness.downs.allSatisfy { $0.end == .peerClosed || $0.end == .replaced }, "seed \(seed)")
            #expect(!harness.downs.contains { links.contains($0.link) }, "seed \(seed)")
        }
    }
}
