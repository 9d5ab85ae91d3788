import AlertModel
import EventRing
import LinuxIO
import Telemetry
import Testing
import UnitProtocol

@testable import UnitTransport

extension TransportTests {
    @Suite("Stop and threads")
    struct ShutdownTests {
        @Test("stop says GOODBYE, tells every link's end and closes everything")
        func stop() throws {
            let harness = try Harness()
            let first = try harness.open()
            let second = try harness.open(.unitTwo)
            let early = try harness.connect()
            try harness.pump("a connection without HELLO") { harness.transport.sessions.connections == 3 }
            let silent = try RawPeer(port: harness.port)
            try harness.pump("one before its ClientHello") { harness.transport.handshakes.inLobby == 1 }
            let begun = try RawPeer(port: harness.port)
            begun.send([22, 3, 1, 2, 0])
            try harness.pump("a handshake under way") { harness.transport.handshakes.underway == 1 }
            harness.transport.stop()
            harness.transport.stop()
            #expect(harness.transport.sessions.connections == 0)
            #expect(harness.transport.handshakes.underway == 0)
            #expect(harness.transport.handshakes.inLobby == 0)
            harness.drainUrgent()
            #expect(harness.downs.map(\.end) == [.gatewayStopping, .gatewayStopping])
            #expect(Set(harness.downs.map(\.link)) == Set(harness.links.map(\.link)))
            let start = SystemClock().now().monotonic
            while !first.isClosed || !second.isClosed || !early.isClosed || !silent.isClosed() || !begun.isClosed()
            {
                for unit in [first, second, early] { unit.step() }
                if SystemClock().now().monotonic.nanosecondsSince(start) > 60_000_000_000 {
                    Issue.record("not all are closed")
                    break
                }
            }
            #expect(first.messages.last == .goodbye(Goodbye(.gatewayStopping)))
            #expect(second.messages.last == .goodbye(Goodbye(.gatewayStopping)))
            #expect(harness.counters.value(.linksClosedStopping) == 3)
        }

        @Test("on its own threads: a press goes in, its answer comes out, and stop ends both threads")
        func threads() throws {
            let listener = try Sockets.listen(host: "127.0.0.1", port: 0)
            let port = try Sockets.localPort(of: listener)
            let rings = (0..<5).map { _ in RecordRing(capacitySlots: 1_024) }
            let urgent = rings[0].takeConsumer(0)
            let answers = rings[2].takeProducer()
            let journalBell = try Doorbell()
            let transport = try UnitTransport(
                listener: listener, trust: try TestPKI.trust(), limits: UnitTransportLimits(),
                urgent: rings[0].takeProducer(), routine: rings[1].takeProducer(),
                answers: rings[2].takeConsumer(0),
                handshakeReports: rings[3].takeProducer(), sessionReports: rings[4].takeProducer(),
                journalDoorbell: journalBell, dispatchDoorbell: try Doorbell(), reportDoorbell: try Doorbell(),
                counters: Counters(), clock: SystemClock())
            try transport.start()
            let socket = try Sockets.connect(host: "127.0.0.1", port: port)
            let unit = TestUnit(
                tls: try TLSConnection(client: try TestPKI.client(), socket: socket, hostName: "127.0.0.1"))
            unit.send(.hello(try Harness.hello("unit-1")))
            unit.send(Harness.press(1))
            var link: LinkID?
            var pressed: MessageID?
            while pressed == nil {
                unit.step()
                // As the journal agent sleeps: a lost wake-up would show as a minute's wait.
                journalBell.prepareToSleep()
                if urgent.isEmpty { journalBell.wait(timeoutMs: unit.isEstablished && unit.isSent ? 60_000 : 1) }
                journalBell.cancelSleep()
                _ = urgent.drain(max: 10) { kind, body in
                    switch try? Event(kind: kind, body: body) {
                    case .linkUp(let up): link = up.link
                    case .press(let press): pressed = press.id
                    default: Issue.record("kind \(kind)")
                    }
                    return .next
                }
            }
            let answer = UnitAnswer.stage(
                try #require(link), boot: 7, counter: 1, alert: AlertID(1), stage: .stored,
                at: TestClock.start.wall)
            _ = answers.append(kind: answer.kind.rawValue, bodyBytesMax: answer.bodyBytesMax) {
                answer.encode(into: $0)
            }
            answers.publish()
            transport.answersDoorbell.ring()
            while !unit.messages.contains(where: { $0.type == .stage }) {
                try awaitReadable(unit.tls.fd)
                unit.step()
            }
            #expect(transport.sessionTurns > 0 && transport.handshakeTurns > 0)
            transport.stop()
            while !unit.isClosed {
                try awaitReadable(unit.tls.fd)
                unit.step()
            }
            #expect(unit.messages.last == .goodbye(Goodbye(.gatewayStopping)))
        }
    }
}
