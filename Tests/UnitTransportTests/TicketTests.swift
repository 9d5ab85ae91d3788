import AlertModel
import Foundation
import LinuxIO
import Synchronization
import Telemetry
import Testing
import UnitProtocol

@testable import UnitTransport

/// Gateways that may share a file of ticket keys, one after another or at once.
private struct Gateways {
    static let start = SystemClock().now().wall
    let pki: TestPKI
    let path: String
    /// Seconds that the contexts' clock is ahead.
    let aheadS = Clock()

    final class Clock: Sendable {
        let seconds = Atomic<Int64>(0)
    }

    init(_ name: String) throws {
        pki = try TestPKI.shared.get()
        path = "\(pki.directory)/tickets-\(name)"
    }

    static func after(hours: Int64) -> WallTime {
        WallTime(nanoseconds: start.nanoseconds + hours * 3_600 * 1_000_000_000)
    }

    func keys(_ path: String? = nil, hours: Int64 = 0, rotationHours: Int = 12) throws -> TicketKeys {
        try TicketKeys(path: path ?? self.path, rotationHours: rotationHours, now: Self.after(hours: hours))
    }

    func context(_ keys: TicketKeys?, trust: String? = nil) throws -> TLSContext {
        var options = TLSContext.Options(pki.identity(.gateway))
        options.tickets = keys
        if let trust { options.trustFile = trust }
        let aheadS = aheadS
        options.nowS = {
            SystemClock().now().wall.nanoseconds / 1_000_000_000 + aheadS.seconds.load(ordering: .relaxed)
        }
        return try TLSContext(role: .server, options)
    }

    /// What a unit has after a full handshake.
    func ticket(from context: TLSContext) throws -> [UInt8]? {
        let pair = try TLSPair(server: context, client: try TestPKI.client())
        #expect(pair.shakeHands().server == .done)
        pair.server.limitTicketLife()
        guard pair.server.deservesTicket else { return nil }
        pair.server.sendTicket()
        try awaitReadable(pair.client.fd)
        var buffer = [UInt8](repeating: 0, count: 64)
        let nothing = buffer.withUnsafeMutableBytes { pair.client.read(into: $0) }
        #expect(nothing == .wouldBlock)
        return pair.client.takeTicket()
    }

    /// Whether the ticket shortens a handshake; either way the unit must come in under its own name.
    func resumes(_ ticket: [UInt8]?, at context: TLSContext) throws -> Bool {
        let pair = try TLSPair(server: context, client: try TestPKI.client())
        let isOffered = pair.client.offer(ticket: try #require(ticket))
        #expect(isOffered)
        let steps = pair.shakeHands()
        #expect(steps.server == .done, "\(steps)")
        let unit = try pair.server.peerUnitID()
        #expect(unit == (try UnitID("unit-1")))
        let isResumed = pair.server.isResumed
        let isResumedThere = pair.client.isResumed
        #expect(isResumed == isResumedThere)
        pair.server.limitTicketLife()
        let isWorthAnother = pair.server.deservesTicket
        #expect(isWorthAnother != isResumed, "a resumption brings no new ticket")
        return isResumed
    }
}

extension TransportTests {
    @Suite("Tickets")
    struct TicketTests {
        @Test("a ticket works once more after a restart, many times, and with its unit's name")
        func restart() throws {
            let gateways = try Gateways("restart")
            let ticket = try gateways.ticket(from: try gateways.context(try gateways.keys()))
            for _ in 0..<3 {
                let isResumed = try gateways.resumes(ticket, at: try gateways.context(try gateways.keys()))
                #expect(isResumed)
            }
        }

        @Test("a ticket is worth nothing to a gateway with another file, or without one")
        func otherFile() throws {
            let gateways = try Gateways("one")
            let ticket = try gateways.ticket(from: try gateways.context(try gateways.keys()))
            let other = try gateways.context(try gateways.keys("\(gateways.path)-other"))
            #expect(try !gateways.resumes(ticket, at: other))
            let none = try gateways.context(nil)
            let pair = try TLSPair(server: none, client: try TestPKI.client())
            pair.client.offer(ticket: try #require(ticket))
            #expect(pair.shakeHands().server == .done)
            let isResumed = pair.server.isResumed
            let deserves = pair.server.deservesTicket
            #expect(!isResumed && !deserves)
        }

        @Test("a secret seals until it is replaced, opens as long again, and then is forgotten")
        func rotation() throws {
            let gateways = try Gateways("rotation")
            let keys = try gateways.keys()
            let context = try gateways.context(keys)
            let first = try gateways.ticket(from: context)
            #expect(try !keys.refresh(now: Gateways.after(hours: 11)))
            #expect(try keys.refresh(now: Gateways.after(hours: 12)))
            let second = try gateways.ticket(from: context)
            #expect(try gateways.resumes(first, at: context))
            #expect(try gateways.resumes(second, at: context))
            #expect(try keys.refresh(now: Gateways.after(hours: 24)))
            #expect(try !gateways.resumes(first, at: context))
            #expect(try gateways.resumes(second, at: context))
            // A gateway that was off for two days begins anew.
            let late = try gateways.context(try gateways.keys(hours: 72))
            #expect(try !gateways.resumes(second, at: late))
        }

        @Test("two gateways take each other's tickets, whoever replaces the secret")
        func twoGateways() throws {
            let gateways = try Gateways("shared")
            let writer = try gateways.keys()
            let reader = try gateways.keys(rotationHours: 0)
            let here = try gateways.context(writer)
            let there = try gateways.context(reader)
            #expect(try gateways.resumes(try gateways.ticket(from: here), at: there))
            #expect(try !reader.refresh(now: Gateways.after(hours: 13)), "a reader does not write")
            #expect(try writer.refresh(now: Gateways.after(hours: 13)))
            let ticket = try gateways.ticket(from: here)
            #expect(try !gateways.resumes(ticket, at: there), "not read yet")
            #expect(try reader.refresh(now: Gateways.after(hours: 13)))
            #expect(try gateways.resumes(ticket, at: there))
            #expect(try gateways.resumes(try gateways.ticket(from: there), at: here))
        }

        @Test("under other authorities no ticket of before opens")
        func otherAuthorities() throws {
            let gateways = try Gateways("trust")
            let keys = try gateways.keys()
            let ticket = try gateways.ticket(from: try gateways.context(keys))
            let both = "\(gateways.pki.directory)/both.pem"
            let texts = try ["ca", "other-ca"].map {
                try String(contentsOfFile: gateways.pki.file($0), encoding: .utf8)
            }
            try texts.joined().write(toFile: both, atomically: false, encoding: .utf8)
            #expect(try !gateways.resumes(ticket, at: try gateways.context(keys, trust: both)))
            #expect(try gateways.resumes(ticket, at: try gateways.context(keys)))
        }

        @Test("a ticket ends with the certificate, and one that ends at once is not given")
        func expiry() throws {
            let gateways = try Gateways("expiry")
            let context = try gateways.context(try gateways.keys())
            let ticket = try gateways.ticket(from: context)
            #expect(try gateways.resumes(ticket, at: context))
            // The test certificates end after ten days.
            gateways.aheadS.seconds.store(11 * 86_400, ordering: .relaxed)
            let pair = try TLSPair(server: context, client: try TestPKI.client())
            pair.client.offer(ticket: try #require(ticket))
            #expect(pair.shakeHands().server == .done)
            let isResumed = pair.server.isResumed
            #expect(!isResumed)
            let none = try gateways.ticket(from: context)
            #expect(none == nil)
        }

        @Test("a session agent with nothing else to do sends one, and the unit comes back by it")
        func agent() throws {
            let harness = try Harness()
            let unit = try harness.open()
            try harness.pump("a ticket") { unit.tls.takeTicket() != nil }
            let taken = unit.tls.takeTicket()
            let ticket = try #require(taken)
            let again = try harness.connect()
            again.tls.offer(ticket: ticket)
            again.send(.hello(try Harness.hello("unit-1")))
            try harness.pump("WELCOME") { again.messages.contains { $0.type == .welcome } }
            let isResumed = again.tls.isResumed
            #expect(isResumed)
        }

        @Test("a unit whose certificate was revoked since is turned out when it resumes")
        func revoked() throws {
            let lists = try TrustPKI()
            let harness = try Harness(trust: try lists.trust())
            let unit = try harness.open(.unitOne)
            try harness.pump("a ticket") { unit.tls.takeTicket() != nil }
            let taken = unit.tls.takeTicket()
            let ticket = try #require(taken)
            let list = try lists.list([TestCertificate.unitOne.serial])
            harness.transport.replaceTrust(with: try lists.trust([list]))
            try harness.pump("the link's end") { unit.isClosed }
            let again = try harness.connect(.unitOne)
            again.tls.offer(ticket: ticket)
            try harness.pump("UNABLE") { again.isClosed }
            let isResumed = again.tls.isResumed
            #expect(isResumed)
            #expect(again.unables.map(\.code) == [.revoked])
            #expect(harness.counters.value(.handshakesFailedRevoked) == 1)
        }
    }

    @Suite("Ticket queue")
    struct TicketQueueTests {
        @Test("first come, first served, one each ten milliseconds")
        func order() {
            var queue = TicketQueue()
            var now = MonotonicTime(nanoseconds: 1)
            #expect(queue.pop(now: now) == nil)
            #expect(queue.waitMs(most: 500) == 500)
            for number in 0..<5_000 { queue.append(UInt64(number)) }
            #expect(queue.waitMs(most: 500) == 10)
            #expect(queue.waitMs(most: 3) == 3)
            for number in 0..<5_000 {
                #expect(queue.pop(now: now) == UInt64(number))
                queue.sent(now: now)
                #expect(queue.pop(now: now) == nil)
                now = now.advanced(byNanoseconds: 10_000_000)
            }
            #expect(queue.isEmpty)
        }
    }
}
