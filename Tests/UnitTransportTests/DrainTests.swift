import AlertModel
import LinuxIO
import Telemetry
import Testing
import UnitProtocol

@testable import UnitTransport

extension TransportTests {
    @Suite("Draining")
    struct DrainTests {
        private static let redirect = Redirect(host: "gw2.example.org", port: 7_443, retryAfterS: 0)

        private func begin(_ harness: Harness, perSecond: UInt32 = 1_000) {
            harness.transport.drain(
                to: DrainOrder(host: Self.redirect.host, port: Self.redirect.port, unitsPerSecond: perSecond))
        }

        /// Turns a whole round and more.
        private func turns(_ harness: Harness) { for _ in 0..<20 { harness.turn() } }

        private func stage(_ harness: Harness, _ place: Int, _ counter: UInt32, _ stage: Stage) {
            harness.answer(
                .stage(
                    harness.links[place].link, boot: 7, counter: counter, alert: AlertID(12), stage: stage,
                    at: TestClock.start.wall))
        }

        @Test("links leave at the given rate, each with redirect and an end that says so")
        func rate() throws {
            let harness = try Harness()
            let units = try (0..<12).map { _ in try harness.greet(path: 0) }
            #expect(harness.transport.drainStatus == DrainStatus(order: nil, left: 12, redirected: 0))
            begin(harness, perSecond: 4)
            for step in 0..<10 {
                turns(harness)
                // A tenth of a second may be made up for.
                #expect(
                    harness.downs.count <= 1 + (step + 1) * 4 / 10 && harness.downs.count >= 1 + step * 4 / 10 - 1)
                harness.advance(seconds: 0.1)
            }
            for _ in 0..<40 {
                turns(harness)
                harness.advance(seconds: 0.1)
            }
            try harness.pump("everybody is gone") { units.allSatisfy(\.isClosed) }
            #expect(units.allSatisfy { $0.redirects == [Self.redirect] && $0.messages.count == 2 })
            #expect(harness.downs.count == 12 && harness.downs.allSatisfy { $0.end == .redirected })
            #expect(harness.counters.value(.linksClosedRedirected) == 12)
            let status = harness.transport.drainStatus
            #expect(status.left == 0 && status.redirected == 12 && status.order?.unitsPerSecond == 4)
        }

        @Test("units without an open alert first")
        func alertsLast() throws {
            let harness = try Harness()
            let units = try (0..<4).map { _ in try harness.greet(path: 0) }
            for place in [0, 1] { stage(harness, place, 1, .ringing) }
            stage(harness, 1, 1, .closed)
            try harness.pump("the stages") { units[0].messages.count == 2 && units[1].messages.count == 3 }
            begin(harness, perSecond: 10)
            for _ in 0..<30 {
                turns(harness)
                harness.advance(seconds: 0.05)
            }
            #expect(harness.downs.count == 4 && harness.downs.last?.link == harness.links[0].link)
        }

        @Test("nobody is cut off before the answer, nor within 2 s of the message")
        func waitsForAnswers() throws {
            let harness = try Harness()
            let unit = try harness.greet()
            unit.send(Harness.press(1))
            try harness.pump("the press") { harness.presses.count == 1 }
            begin(harness)
            harness.advance(seconds: 5)
            turns(harness)
            #expect(harness.downs.isEmpty)
            unit.send(
                .faultBegin(
                    FaultMessage(boot: 7, counter: 2, fault: .doorOpen, changedAt: harness.now.wall, detail: 0)))
            try harness.pump("the fault") { harness.events.count == 3 }
            stage(harness, 0, 1, .stored)
            turns(harness)
            harness.answer(.acknowledged(harness.links[0].link, boot: 7, counter: 2))
            harness.advance(seconds: 1.9)
            turns(harness)
            #expect(harness.downs.isEmpty)
            harness.advance(seconds: 0.2)
            try harness.pump("the redirect") { unit.redirects.count == 1 && unit.isClosed }
            #expect(unit.messages.map(\.type) == [.welcome, .stage, .acknowledgement, .redirect])
        }

        @Test("an answer that does not come for 10 s will not come here: the unit takes its press along")
        func givesUp() throws {
            let harness = try Harness()
            let unit = try harness.greet()
            unit.send(Harness.press(1))
            try harness.pump("the press") { harness.presses.count == 1 }
            begin(harness)
            for _ in 0..<4 {
                harness.advance(seconds: 2.4)
                unit.send(Harness.press(1))
                turns(harness)
            }
            #expect(harness.downs.isEmpty)
            harness.advance(seconds: 0.5)
            try harness.pump("the redirect") { unit.redirects.count == 1 }
        }

        @Test("a newcomer is welcomed and leaves at once, whatever the rate")
        func newcomer() throws {
            let harness = try Harness()
            begin(harness, perSecond: 1)
            turns(harness)
            for _ in 0..<3 {
                let unit = try harness.greet(path: 0)
                try harness.pump("the redirect") { unit.isClosed }
                #expect(unit.messages.map(\.type) == [.welcome, .redirect])
            }
            #expect(harness.transport.drainStatus.redirected == 3)
            harness.transport.drain(to: nil)
            turns(harness)
            let stays = try harness.greet(path: 0)
            harness.advance(seconds: 5)
            turns(harness)
            #expect(stays.messages.count == 1 && !stays.isClosed)
            #expect(harness.transport.drainStatus == DrainStatus(order: nil, left: 1, redirected: 0))
        }

        @Test("a newcomer with a press pending is served first and leaves when it is stored")
        func pressPending() throws {
            let harness = try Harness()
            begin(harness, perSecond: 1)
            turns(harness)
            let unit = try harness.greet(isPressPending: true)
            turns(harness)
            unit.send(Harness.press(1))
            unit.send(Harness.press(2))
            try harness.pump("the presses") { harness.presses.count == 2 }
            stage(harness, 0, 1, .stored)
            turns(harness)
            #expect(harness.downs.isEmpty)
            stage(harness, 0, 2, .stored)
            try harness.pump("the end") { unit.isClosed }
            #expect(unit.messages.map(\.type) == [.welcome, .stage, .stage, .redirect])
            // One that announces a press and sends none is not waited for for ever.
            let silent = try harness.greet(isPressPending: true)
            harness.advance(seconds: 9.9)
            turns(harness)
            #expect(!silent.isClosed && silent.redirects.isEmpty)
            harness.advance(seconds: 0.2)
            try harness.pump("its redirect") { silent.redirects.count == 1 }
        }

        @Test("an order that is taken back lets whoever waits for an answer stay")
        func takenBack() throws {
            let harness = try Harness()
            begin(harness)
            turns(harness)
            let unit = try harness.greet(isPressPending: true)
            unit.send(Harness.press(1))
            try harness.pump("the press") { harness.presses.count == 1 }
            harness.transport.drain(to: nil)
            turns(harness)
            begin(harness, perSecond: 1)
            turns(harness)
            stage(harness, 0, 1, .stored)
            try harness.pump("the stage") { unit.messages.count == 2 }
            turns(harness)
            #expect(harness.downs.isEmpty)
        }
    }
}
