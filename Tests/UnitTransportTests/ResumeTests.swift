import AlertModel
import LinuxIO
import Telemetry
import Testing
import UnitProtocol

@testable import UnitTransport

/// The table, as something that an expectation can hold.
private final class Sessions {
    private var table: ResumeTable
    init(limit: Int) { table = ResumeTable(limit: limit) }
    var count: Int { table.count }
    var lostCount: Int { table.lostCount }
    func begin(of owner: ResumeTable.Owner, on link: LinkID, now: MonotonicTime) -> UInt64? {
        table.begin(of: owner, on: link, now: now)
    }
    func find(_ token: ResumeToken, of owner: ResumeTable.Owner, now: MonotonicTime) -> ResumeTable.Found? {
        table.find(token, of: owner, now: now)
    }
    func token(of number: UInt64) -> ResumeToken { table.token(of: number) }
    func carryOn(_ number: UInt64, on link: LinkID) { table.carryOn(number, on: link) }
    func lose(_ number: UInt64, now: MonotonicTime) { table.lose(number, now: now) }
    func end(_ number: UInt64) { table.end(number) }
}

@Suite("Sessions that outlive their link")
struct ResumeTableTests {
    private static let start = TestClock.start.monotonic

    private func owner(_ unit: String = "unit-1", boot: UInt32 = 7, path: UInt8 = 1) throws -> ResumeTable.Owner {
        ResumeTable.Owner(unit: try UnitID(unit), boot: boot, path: path)
    }

    private func link(_ number: UInt64) -> LinkID { LinkID(agent: 0, connection: number) }

    @Test("a token finds its session for whoever it was given to, and for nobody else")
    func owners() throws {
        let table = Sessions(limit: 4)
        let number = try #require(table.begin(of: try owner(), on: link(1), now: Self.start))
        let token = table.token(of: number)
        #expect(token.count == ResumeTable.tokenBytes)
        let found = try #require(table.find(token, of: try owner(), now: Self.start))
        #expect(found.number == number && found.last == link(1) && found.stands)
        for other in [try owner("unit-2"), try owner(boot: 8), try owner(path: 2), try owner(path: 0)] {
            #expect(table.find(token, of: other, now: Self.start) == nil)
        }
        let bytes = token.withBytes(Array.init)
        for place in bytes.indices {
            var wrong = bytes
            wrong[place] ^= 1
            #expect(
                table.find(try #require(ResumeToken(wrong)), of: try owner(), now: Self.start) == nil, "\(place)")
        }
        for wrong in [[], Array(bytes.dropLast()), bytes + [0]] {
            #expect(table.find(try #require(ResumeToken(wrong)), of: try owner(), now: Self.start) == nil)
        }
        let other = try #require(table.begin(of: try owner(), on: link(2), now: Self.start))
        #expect(table.token(of: other) != token)
    }

    @Test("a lost link can be carried on for 30 s and not a moment longer; then its place is free")
    func expiry() throws {
        let table = Sessions(limit: 4)
        let number = try #require(table.begin(of: try owner(), on: link(1), now: Self.start))
        let token = table.token(of: number)
        table.lose(number, now: Self.start)
        table.lose(number, now: Self.start.advanced(byNanoseconds: 1))
        let last = Self.start.advanced(byNanoseconds: 30_000_000_000)
        let found = try #require(table.find(token, of: try owner(), now: last))
        #expect(!found.stands && table.lostCount == 1)
        #expect(table.find(token, of: try owner(), now: last.advanced(byNanoseconds: 1)) == nil)
        table.carryOn(number, on: link(2))
        #expect(table.lostCount == 0 && table.token(of: number) == token)
        table.lose(number, now: last)
        let late = last.advanced(byNanoseconds: 30_000_000_001)
        _ = table.begin(of: try owner(), on: link(3), now: late)
        #expect(table.count == 1 && table.lostCount == 0 && table.token(of: number) == .none)
        table.end(number)
        #expect(table.count == 1)
    }

    @Test("a full table forgets whom it lost first; with all links standing a newcomer gets no token")
    func bounded() throws {
        let table = Sessions(limit: 3)
        let numbers = try (1...3).map { try #require(table.begin(of: try owner(), on: link($0), now: Self.start)) }
        #expect(table.begin(of: try owner(), on: link(4), now: Self.start) == nil && table.token(of: 0) == .none)
        for place in [1, 0, 2] { table.lose(numbers[place], now: Self.start) }
        // From the middle of the row.
        table.carryOn(numbers[0], on: link(5))
        #expect(table.begin(of: try owner(), on: link(6), now: Self.start) != nil)
        #expect(numbers.map { table.token(of: $0) == .none } == [false, true, false])
        #expect(table.begin(of: try owner(), on: link(7), now: Self.start) != nil)
        #expect(numbers.map { table.token(of: $0) == .none } == [false, true, true])
        #expect(table.count == 3 && table.lostCount == 0)
    }
}

extension TransportTests {
    @Suite("Resuming")
    struct ResumeTests {
        @Test("a lost link is carried on: the same token, and the event says which link it was")
        func carriesOn() throws {
            let harness = try Harness()
            let first = try harness.greet()
            try harness.reset(first)
            harness.advance(seconds: 29.9)
            let second = try harness.greet(resume: first.token)
            #expect(second.token == first.token && second.token.count == ResumeTable.tokenBytes)
            #expect(harness.links.map(\.continues) == [nil, harness.links[0].link])
            #expect(harness.counters.value(.linksResumed) == 1)
            // And again, from the link that carried it on.
            try harness.reset(second)
            _ = try harness.greet(resume: second.token)
            #expect(harness.links[2].continues == harness.links[1].link)
        }

        @Test("what is wrong, stale or of another makes a new session, and nobody can tell which it was")
        func ignored() throws {
            let harness = try Harness()
            let first = try harness.greet()
            try harness.reset(first)
            let guesses: [(TestCertificate, UInt32, UInt8, ResumeToken)] = [
                (.unitTwo, 7, 1, first.token), (.unitOne, 8, 1, first.token), (.unitOne, 7, 2, first.token),
                (.unitOne, 7, 1, try #require(ResumeToken([UInt8](repeating: 1, count: 24)))),
                (.unitOne, 7, 1, try #require(ResumeToken([1, 2, 3]))), (.unitOne, 7, 1, .none),
            ]
            for (certificate, boot, path, token) in guesses {
                let unit = try harness.greet(certificate, boot: boot, path: path, resume: token)
                #expect(unit.messages.count == 1 && unit.token != token && unit.token != first.token)
                #expect(harness.links.last?.continues == nil)
            }
            harness.advance(seconds: 30.1)
            #expect(try harness.greet(resume: first.token).token != first.token)
            #expect(harness.counters.value(.linksResumed) == 0)
        }

        @Test("a half-open link ends behind the one that carries it on; the other path stays")
        func halfOpen() throws {
            let harness = try Harness()
            let fibre = try harness.greet(path: 0)
            let radio = try harness.greet(path: 0)
            let again = try harness.greet(path: 0, resume: fibre.token)
            try harness.pump("the end of the first") { !harness.downs.isEmpty && fibre.isClosed }
            let links = harness.links
            #expect(again.token == fibre.token && links[2].continues == links[0].link)
            #expect(fibre.messages.last == .goodbye(Goodbye(.replaced)))
            #expect(
                harness.events.suffix(2) == [
                    .linkUp(links[2]),
                    .linkDown(LinkDown(unit: links[0].unit, link: links[0].link, end: .replaced)),
                ])
            radio.send(Harness.press(1))
            again.send(Harness.press(2))
            try harness.pump("presses on both") { harness.presses.count == 2 }
            // The session lives on the new link.
            try harness.reset(again)
            #expect(try harness.greet(path: 0, resume: fibre.token).token == fibre.token)
        }

        @Test("a link that was ended on purpose is not carried on", arguments: ["goodbye", "breach", "third"])
        func ended(how: String) throws {
            let harness = try Harness()
            let first = try harness.greet()
            switch how {
            case "goodbye": first.send(.goodbye(Goodbye(.restart)))
            case "breach": first.send(bytes: [0, 1, 0x02, 0, 0])
            default: harness.answer(.close(harness.links[0].link, .replaced))
            }
            try harness.pump("the end") { !harness.downs.isEmpty }
            #expect(try harness.greet(resume: first.token).token != first.token)
            #expect(harness.links[1].continues == nil)
        }

        @Test("what it costs: 20,000 sessions, lost and found again")
        func many() throws {
            let table = Sessions(limit: 40_000)
            let unit = try UnitID("unit-1")
            let owner = ResumeTable.Owner(unit: unit, boot: 1, path: 1)
            let now = TestClock.start.monotonic
            let link = LinkID(agent: 0, connection: 1)
            let numbers = try (0..<20_000).map { _ in try #require(table.begin(of: owner, on: link, now: now)) }
            let tokens = numbers.map { table.token(of: $0) }
            for number in numbers { table.lose(number, now: now) }
            for (number, token) in zip(numbers, tokens) {
                #expect(table.find(token, of: owner, now: now)?.number == number)
                table.carryOn(number, on: link)
            }
            #expect(table.lostCount == 0 && table.count == 20_000 && Set(tokens).count == 20_000)
            #expect(MemoryLayout<ResumableSession>.stride <= 88)
        }
    }
}
