// Heartbeats over a path that loses one segment in fifty, with TCP's retransmission computed and the clock injected.

import AlertModel
import LinuxIO
import Telemetry
import Testing
import UnitProtocol

@testable import UnitTransport

/// When frames arrive that TCP carries over a path with losses.
private struct LossyPath {
    private var random: UInt64
    private let lossPerMille: UInt64
    private var lastArrivalMs: UInt64 = 0

    init(seed: UInt64, lossPerMille: UInt64) {
        random = seed
        self.lossPerMille = lossPerMille
    }

    /// One segment sent at `sentMs` with a delay of 100 ms; each loss waits for the retransmission timer, which begins
    /// at a second and doubles (RFC 6298, sections 2.1 and 5.5); what was sent later waits behind it.
    mutating func arrival(ofSegmentSentAt sentMs: UInt64) -> UInt64 {
        var at = sentMs + 100
        var timerMs: UInt64 = 1_000
        while below(1_000) < lossPerMille {
            at += timerMs
            timerMs = min(timerMs * 2, 60_000)
        }
        lastArrivalMs = max(lastArrivalMs, at)
        return lastArrivalMs
    }

    private mutating func below(_ limit: UInt64) -> UInt64 {
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (random >> 33) % limit
    }
}

extension TransportTests {
    @Suite("Losses on the path")
    struct LossyPathTests {
        private static let reportingS: UInt64 = 20
        private static let units = 8
        private static let heartbeats: UInt64 = 400

        @Test(
            "section 4, supervision: at 2 % packet loss no link is called silent, and one that is cut is, in its time",
            arguments: [1, 2, 3] as [UInt64])
        func noFalseLoss(seed: UInt64) throws {
            let harness = try Harness { $0.reportingTimeS = UInt16(Self.reportingS) }
            let units = try (0..<Self.units).map { _ in try harness.open() }
            let arrivals = Self.arrivals(seed: seed)
            let startMs: UInt64 = 1_000
            harness.advance(seconds: 1)
            var nowMs = startMs
            var longestMs: UInt64 = 0
            var lastMs = [UInt64](repeating: startMs, count: Self.units)
            for (number, arrival) in arrivals.enumerated() {
                let atMs = startMs + arrival.atMs
                harness.advance(seconds: Double(atMs - nowMs) / 1_000)
                nowMs = atMs
                longestMs = max(longestMs, atMs - lastMs[arrival.unit])
                lastMs[arrival.unit] = atMs
                // Deadlines are looked at before the frame is there.
                harness.turn()
                units[arrival.unit].send(
                    .heartbeat(
                        Heartbeat(
                            power: .mains, batteryPercent: 90, signalDBm: -100, temperatureC: 0, isDoorOpen: false)
                    ))
                try harness.pump("heartbeat \(number)") {
                    harness.counters.value(.heartbeatsReceived) == UInt64(number + 1)
                }
                try #require(harness.downs.isEmpty, "seed \(seed), heartbeat \(number), \(longestMs) ms")
            }
            // Losses there were: without one, heartbeats come 6.7 s apart.
            #expect(longestMs > 7_500 && longestMs < Self.reportingS * 1_000, "seed \(seed): \(longestMs) ms")
            // All are cut now.
            harness.advance(seconds: Double(Self.reportingS) + 0.2)
            try harness.pump("the loss of all") { harness.downs.count == Self.units }
            #expect(harness.downs.allSatisfy { $0.end == .silent })
        }

        /// A heartbeat of each unit every third of the reporting time, in the order of arrival.
        private static func arrivals(seed: UInt64) -> [(unit: Int, atMs: UInt64)] {
            var arrivals: [(unit: Int, atMs: UInt64)] = []
            for unit in 0..<units {
                var path = LossyPath(seed: seed &* 1_000 &+ UInt64(unit), lossPerMille: 20)
                for number in 0..<heartbeats {
                    let sentMs = UInt64(unit) * 700 + number * reportingS * 1_000 / 3
                    arrivals.append((unit, path.arrival(ofSegmentSentAt: sentMs)))
                }
            }
            return arrivals.sorted { $0.atMs < $1.atMs }
        }
    }
}
