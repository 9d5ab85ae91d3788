// Revoked units: refused when they come, turned out when they are here, and nobody else notices.

import AlertModel
import LinuxIO
import Telemetry
import Testing
import UnitProtocol

@testable import UnitTransport

extension TransportTests {
    @Suite("Revocation")
    struct RevocationTests {
        let lists: TrustPKI

        init() throws { lists = try TrustPKI() }

        private func expectTurnedOut(_ harness: Harness, _ unit: TestUnit, _ distrust: Distrust) throws {
            try harness.pump("the end") { unit.isClosed }
            #expect(unit.unables == [Unable(.revoked, text: distrust.text)])
            let link = harness.links.first { $0.unit.description == "unit-1" }?.link
            #expect(harness.downs.map(\.end) == [.revoked])
            #expect(harness.downs.first?.link == link)
            #expect(harness.counters.value(.linksClosedRevoked) == 1)
            let report = harness.reports.first { $0.what == .linkEnded(.revoked) }
            #expect(report?.unit?.description == "unit-1")
            #expect(report?.detail == distrust.text)
        }

        /// The good unit is where it was.
        private func expectUntouched(_ harness: Harness, _ unit: TestUnit) throws {
            unit.send(Harness.press(50))
            try harness.pump("the other unit's press") { harness.presses.contains { $0.id.counter == 50 } }
            #expect(!unit.isClosed && unit.unables.isEmpty)
        }

        private func expectRefused(
            _ harness: Harness, _ unit: TestUnit, _ kind: HandshakeFailure.Kind, _ distrust: Distrust,
            name: String = "unit-1"
        ) throws {
            unit.send(.hello(try Harness.hello(name)))
            let before = harness.links.count
            try harness.pump("the refusal") { unit.isClosed }
            #expect(unit.unables == [Unable(.revoked, text: "unit \(name): \(distrust.text)")])
            let report = harness.reports.last { $0.what == .handshakeFailed(kind) }
            #expect(report?.detail == "unit \(name): \(distrust.text)")
            #expect(harness.counters.value(kind.counter) >= 1)
            #expect(harness.links.count == before)
        }

        @Test(
            "a live link ends within a turn of the list, its unit's return is refused", arguments: [false, true])
        func liveLink(isDER: Bool) throws {
            let old = try lists.trust([try lists.list([])])
            let harness = try Harness(trust: old)
            let (revoked, other) = (try harness.open(.unitOne), try harness.open(.unitTwo))
            let ends = harness.links.map { Int64($0.certificateEndsAtS) - SystemClock().now().wall.wholeSeconds }
            #expect(
                ends.allSatisfy { (9 * 86_400...10 * 86_400).contains($0) }, "the tests' certificates last 10 days"
            )
            let list = try lists.list([TestCertificate.unitOne.serial]) {
                $0.number = 2
                $0.isDER = isDER
            }
            harness.transport.replaceTrust(with: try lists.trust([list], after: old))
            harness.turn()
            #expect(harness.downs.count == 1, "the first turn judges")
            try expectTurnedOut(harness, revoked, .revoked)
            try expectUntouched(harness, other)
            try expectRefused(harness, try harness.connect(.unitOne), .revoked, .revoked)
            try expectUntouched(harness, other)
            // A newer list that does not name it takes it back.
            let third = try lists.list([]) { $0.number = 3 }
            harness.transport.replaceTrust(with: try lists.trust([third], after: old))
            _ = try harness.open(.unitOne)
        }

        @Test("links are judged in slices, whatever their number")
        func slices() throws {
            let harness = try Harness(trust: try lists.trust()) { $0.linksJudgedPerTurnMax = 1 }
            let units = try (0..<4).map { try harness.open($0 % 2 == 0 ? .unitOne : .unitTwo) }
            let list = try lists.list([TestCertificate.unitOne.serial])
            harness.transport.replaceTrust(with: try lists.trust([list]))
            try harness.pump("both ends") { units[0].isClosed && units[2].isClosed }
            #expect(harness.downs.count == 2)
            #expect(!units[1].isClosed && !units[3].isClosed)
        }

        @Test("a connection before its HELLO, and one on its way between the agents")
        func early() throws {
            let harness = try Harness(trust: try lists.trust())
            let waiting = try harness.connect(.unitOne)
            try harness.pump("its handshake") { harness.counters.value(.linksOpened) == 1 }
            let under = try harness.connect(.unitOne)
            // Only the handshake agent turns: the finished handshake stays in the ring.
            while harness.counters.value(.handshakesCompleted) < 2 {
                under.step()
                _ = harness.transport.handshakes.doWork(now: harness.now)
            }
            let list = try lists.list([TestCertificate.unitOne.serial])
            harness.transport.replaceTrust(with: try lists.trust([list]))
            try harness.pump("both ends") { waiting.isClosed && under.isClosed }
            #expect(waiting.unables.map(\.code) == [.revoked] && under.unables.map(\.code) == [.revoked])
            #expect(harness.downs.isEmpty, "no link was up")
        }

        @Test("an authority between root and unit is revoked by the root's list")
        func intermediate() throws {
            try lists.makeIntermediate()
            let bundle = ["ca", "issuing"]
            let harness = try Harness(trust: try lists.trust(authorities: bundle))
            let below = try harness.connect(try lists.client("below"))
            below.send(.hello(try Harness.hello("unit-1")))
            try harness.pump("WELCOME") { !below.messages.isEmpty }
            let other = try harness.open(.unitTwo)
            // The issuing authority's own list names somebody else with the serial of the other unit.
            let quiet = [try lists.list([]), try lists.list(of: "issuing", [TestCertificate.unitTwo.serial])]
            harness.transport.replaceTrust(with: try lists.trust(quiet, authorities: bundle))
            harness.turn()
            try expectUntouched(harness, other)
            #expect(harness.downs.isEmpty)
            let list = try lists.list([77]) { $0.number = 2 }
            harness.transport.replaceTrust(with: try lists.trust([list, quiet[1]], authorities: bundle))
            try expectTurnedOut(harness, below, .authorityRevoked)
            try expectRefused(harness, try harness.connect(try lists.client("below")), .revoked, .authorityRevoked)
        }

        @Test("a unit of an intermediate authority is revoked by that one's list")
        func belowIntermediate() throws {
            try lists.makeIntermediate()
            let bundle = ["ca", "issuing"]
            let harness = try Harness(trust: try lists.trust(authorities: bundle))
            let below = try harness.connect(try lists.client("below"))
            below.send(.hello(try Harness.hello("unit-1")))
            try harness.pump("WELCOME") { !below.messages.isEmpty }
            let list = try lists.list(of: "issuing", [78])
            harness.transport.replaceTrust(with: try lists.trust([list], authorities: bundle))
            try expectTurnedOut(harness, below, .revoked)
        }

        @Test(
            "a root that leaves the file takes its units along; one that comes, or is renewed with its key, changes nothing"
        )
        func authorities() throws {
            let harness = try Harness(trust: try lists.trust())
            let unit = try harness.open(.unitOne)
            harness.transport.replaceTrust(with: try lists.trust(authorities: ["ca", "other-ca"]))
            harness.turn()
            try lists.pki.openssl(
                "req", "-x509", "-key", lists.key("ca"), "-days", "20", "-subj", "/CN=Test ca", "-out",
                "\(lists.directory)/renewed.pem", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
            harness.transport.replaceTrust(with: try lists.trust(authorities: ["renewed"]))
            harness.turn()
            try expectUntouched(harness, unit)
            harness.transport.replaceTrust(with: try lists.trust(authorities: ["other-ca"]))
            try expectTurnedOut(harness, unit, .unknownAuthority)
        }

        @Test("new handshakes use the new certificate, and no link is dropped for it")
        func ownCertificate() throws {
            let harness = try Harness(trust: try lists.trust())
            let before = try harness.open(.unitOne)
            try lists.issue(
                "second", by: "ca", serial: 99,
                extensions: "extendedKeyUsage=serverAuth\nsubjectAltName=DNS:second.test,IP:127.0.0.1")
            let trust = try lists.trust {
                $0.identity = TLSIdentity(
                    certificateFile: lists.file("second"), keyFile: lists.key("second"),
                    trustFile: $0.identity.trustFile)
            }
            #expect(!trust.isSame(as: try lists.trust()))
            harness.transport.replaceTrust(with: trust)
            let socket = try Sockets.connect(host: "127.0.0.1", port: harness.port)
            let tls = try TLSConnection(
                client: try TestPKI.client(.unitTwo), socket: socket, hostName: "second.test")
            var step = HandshakeStep.wantRead
            try harness.pump("the handshake under the new name") {
                step = tls.handshake()
                return step == .done
            }
            try expectUntouched(harness, before)
            #expect(harness.downs.isEmpty)
        }

        @Test("an overdue list holds on, or keeps newcomers out, as configured")
        func overdue() throws {
            let list = try lists.list([TestCertificate.unitTwo.serial]) {
                $0.madeAfterH = -48
                $0.nextAfterH = -1
            }
            let kept = try lists.trust([list])
            #expect(kept.overdue(at: SystemClock().now().wall).count == 1)
            let harness = try Harness(trust: kept)
            harness.now = SystemClock().now()
            let unit = try harness.open(.unitOne)
            try expectRefused(harness, try harness.connect(.unitTwo), .revoked, .revoked, name: "unit-2")
            harness.transport.replaceTrust(with: try lists.trust([list]) { $0.refusesWithoutList = true })
            harness.turn()
            try expectUntouched(harness, unit)
            try expectRefused(harness, try harness.connect(.unitOne), .untrusted, .noPresentList)
            harness.transport.replaceTrust(with: try lists.trust([]) { $0.refusesWithoutList = true })
            try expectRefused(harness, try harness.connect(.unitOne), .untrusted, .noPresentList)
            let present = try lists.list([]) { $0.number = 2 }
            harness.transport.replaceTrust(with: try lists.trust([present]) { $0.refusesWithoutList = true })
            _ = try harness.open(.unitOne)
        }
    }
}
