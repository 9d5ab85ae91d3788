import AlertModel
import Telemetry
import Testing

@testable import ConsoleAPI

@Suite("Console feed", .timeLimit(.minutes(5)))
struct FeedTests {
    private func ids(_ signal: FeedSignal?) -> [UInt64] {
        guard case .items(let items) = signal else { return [] }
        return items.compactMap { if case .alert(let view) = $0.change { view.alert.id.value } else { nil } }
    }

    private func raise(_ feed: ConsoleFeed, _ id: UInt64, centre: String = "astana", at: UInt64? = nil) throws {
        feed.apply(.alert(try Sample.alert(id, centre: centre)), sequence: JournalSequence(at ?? id))
    }

    @Test("a queue is in order of priority, then age")
    func queueOrder() throws {
        let feed = ConsoleFeed()
        for (id, priority) in [(1, Priority.technical), (2, .life), (3, .urgent), (4, .life)]
            as [(UInt64, Priority)]
        {
            feed.apply(.alert(try Sample.alert(id, priority: priority)), sequence: JournalSequence(id))
        }
        let (sequence, alerts) = feed.openAlerts(of: try CentreID("astana"))
        #expect(alerts.map(\.alert.id.value) == [2, 4, 3, 1])
        #expect(sequence.value == 4)
        #expect(feed.openAlerts(of: try CentreID("almaty")).alerts.isEmpty)
    }

    @Test("a closed alert leaves the queue, stays readable for a while, and is forgotten in time")
    func closedAlerts() throws {
        let feed = ConsoleFeed(closedMax: 3)
        for id in 1...50 as ClosedRange<UInt64> {
            var alert = try Sample.alert(id)
            feed.apply(.alert(alert), sequence: JournalSequence(id * 2))
            alert.stage = .closed
            feed.apply(.alert(alert), sequence: JournalSequence(id * 2 + 1))
        }
        #expect(feed.openAlerts(of: try CentreID("astana")).alerts.isEmpty)
        #expect((1...50).filter { feed.alert(AlertID($0)) != nil } == [48, 49, 50])
    }

    @Test("a unit's counts follow it from centre to centre and out of the registry")
    func unitsMove() throws {
        let feed = ConsoleFeed()
        let (astana, almaty) = (try CentreID("astana"), try CentreID("almaty"))
        for centre in [astana, almaty] {
            feed.apply(.centre(CentreRecord(id: centre, name: "")), sequence: JournalSequence(1))
        }
        feed.apply(.unit(try Sample.unit("U1", centre: "astana")), sequence: JournalSequence(2))
        feed.apply(.unit(try Sample.unit("U2", centre: "astana", isOnline: false)), sequence: JournalSequence(3))
        #expect(feed.centre(astana)?.unitsTotal == 2)
        #expect(feed.centre(astana)?.unitsOnline == 1)
        feed.apply(.unit(try Sample.unit("U1", centre: "almaty")), sequence: JournalSequence(4))
        #expect(feed.centre(astana)?.unitsOnline == 0)
        #expect(feed.centre(almaty)?.unitsOnline == 1)
        feed.apply(.unitGone(try UnitID("U1")), sequence: JournalSequence(5))
        feed.apply(.unitGone(try UnitID("never-seen")), sequence: JournalSequence(6))
        #expect(feed.centre(almaty)?.unitsTotal == 0)
        #expect(feed.units(of: astana).units.map(\.record.id.description) == ["U2"])
    }

    @Test("the centre a unit or an alert leaves is told")
    func leavingIsTold() async throws {
        let feed = ConsoleFeed()
        feed.apply(.unit(try Sample.unit("U1", centre: "astana")), sequence: JournalSequence(1))
        try raise(feed, 2)
        let subscription = try feed.subscribe(centres: [try CentreID("astana")], after: nil)
        feed.apply(.unit(try Sample.unit("U1", centre: "almaty")), sequence: JournalSequence(3))
        try raise(feed, 2, centre: "almaty", at: 4)
        guard case .items(let items) = await subscription.next(), items.count == 2,
            case .unit(let unit) = items[0].change, case .alert(let alert) = items[1].change
        else {
            Issue.record("not a unit and an alert")
            return
        }
        #expect(unit.isRemoved)
        #expect(alert.alert.centre.description == "almaty")
    }

    @Test("a stream resumes with exactly what was missed, those of the same sequence included")
    func resumesExactly() async throws {
        let feed = ConsoleFeed()
        for id in 1...5 as ClosedRange<UInt64> { try raise(feed, id) }
        try raise(feed, 6, at: 5)
        try raise(feed, 7, centre: "almaty")
        try raise(feed, 8)
        let astana = try CentreID("astana")
        let resumed = try feed.subscribe(centres: [astana], after: JournalSequence(5))
        #expect(resumed.start == .resumed)
        #expect(resumed.startsAt.value == 5)
        #expect(ids(await resumed.next()) == [5, 6, 8])
        let current = try feed.subscribe(centres: [astana], after: JournalSequence(8))
        try raise(feed, 9)
        #expect(ids(await current.next()) == [8, 9])
        let fresh = try feed.subscribe(centres: [astana], after: nil)
        #expect(fresh.start == .fresh)
        try raise(feed, 10)
        #expect(ids(await fresh.next()) == [10])
    }

    @Test("much that was missed comes in batches, with room for what happens meanwhile")
    func resumesInBatches() async throws {
        let feed = ConsoleFeed(pendingMax: 3)
        for id in 1...600 as ClosedRange<UInt64> { try raise(feed, id) }
        let resumed = try feed.subscribe(centres: [try CentreID("astana")], after: JournalSequence(1))
        for id in 601...603 as ClosedRange<UInt64> { try raise(feed, id) }
        var seen: [UInt64] = []
        while seen.count < 603 {
            let batch = ids(await resumed.next())
            #expect(!batch.isEmpty && batch.count <= FeedSubscription.batchMax)
            if batch.isEmpty { break }
            seen += batch
        }
        #expect(seen == Array(1...603))
    }

    @Test("a place the backlog no longer reaches, or never reached, gets a resync")
    func resyncs() async throws {
        let counters = Counters()
        let feed = ConsoleFeed(backlogMax: 4, counters: counters)
        for id in 10...16 as ClosedRange<UInt64> { try raise(feed, id) }
        let astana = try CentreID("astana")
        // 13 to 16 are held; 12 was dropped, so 12 itself cannot be repeated.
        #expect(try feed.subscribe(centres: [astana], after: JournalSequence(13)).start == .resumed)
        for place in [0, 9, 12, 17] as [UInt64] {
            let lost = try feed.subscribe(centres: [astana], after: JournalSequence(place))
            #expect(lost.start == .lost, "after \(place)")
            #expect(await lost.next() == .resync(JournalSequence(16)))
        }
        let nonsense = try feed.subscribe(centres: [astana], after: nil, isKnown: false)
        #expect(await nonsense.next() == .resync(JournalSequence(16)))
        #expect(counters.value(.consoleStreamsResynced) == 5)
    }

    @Test("when one of several items of a sequence was dropped, that sequence is out of reach")
    func sharedSequenceDropped() throws {
        let feed = ConsoleFeed(backlogMax: 2)
        try raise(feed, 1, at: 5)
        try raise(feed, 2, at: 5)
        try raise(feed, 3, at: 5)
        #expect(try feed.subscribe(centres: [try CentreID("astana")], after: JournalSequence(5)).start == .lost)
    }

    @Test("what happened before this process began is out of reach")
    func beforeTheStart() throws {
        let feed = ConsoleFeed()
        try raise(feed, 100)
        let astana = try CentreID("astana")
        #expect(try feed.subscribe(centres: [astana], after: JournalSequence(99)).start == .lost)
        #expect(try feed.subscribe(centres: [astana], after: JournalSequence(100)).start == .resumed)
    }

    @Test("a slow subscriber is told to load its lists; nobody waits for it and nothing is lost after")
    func slowSubscriber() async throws {
        let feed = ConsoleFeed(pendingMax: 3)
        let slow = try feed.subscribe(centres: [try CentreID("astana")], after: nil)
        let other = try feed.subscribe(centres: [try CentreID("almaty")], after: nil)
        for id in 1...10 as ClosedRange<UInt64> { try raise(feed, id) }
        #expect(await slow.next() == .resync(JournalSequence(10)))
        try raise(feed, 11)
        #expect(ids(await slow.next()) == [11])
        try raise(feed, 12, centre: "almaty")
        #expect(ids(await other.next()) == [12])
    }

    @Test("a sign of life comes before what is pending, and before a resync")
    func heartbeatFirst() async throws {
        let feed = ConsoleFeed(pendingMax: 1)
        let subscription = try feed.subscribe(centres: [try CentreID("astana")], after: nil)
        for id in 1...2 as ClosedRange<UInt64> {
            feed.apply(.alert(try Sample.alert(id)), sequence: JournalSequence(id))
            feed.beat()
            #expect(await subscription.next() == .heartbeat)
        }
        #expect(await subscription.next() == .resync(JournalSequence(2)))
    }

    @Test("a waiting reader is woken by an item, a heartbeat, the end and cancellation")
    func wakes() async throws {
        let feed = ConsoleFeed()
        let centres: Set = [try CentreID("astana")]
        let subscription = try feed.subscribe(centres: centres, after: nil)
        async let first = subscription.next()
        feed.beat()
        #expect(await first == .heartbeat)
        async let second = subscription.next()
        try raise(feed, 1)
        #expect(ids(await second) == [1])
        async let third = subscription.next()
        feed.finish()
        #expect(await third == nil)
        #expect(throws: SubscriptionRefusal.stopping) { try feed.subscribe(centres: centres, after: nil) }

        let cancelled = try ConsoleFeed().subscribe(centres: centres, after: nil)
        let reading = Task { await cancelled.next() }
        reading.cancel()
        #expect(await reading.value == nil)
    }

    @Test("streams are bounded in all and an officer")
    func bounded() throws {
        let feed = ConsoleFeed(subscribersMax: 3, subscribersPerOfficerMax: 2)
        let (centres, officer): (Set, OfficerID) = ([try CentreID("astana")], try OfficerID("aigul"))
        let first = try feed.subscribe(centres: centres, after: nil, officer: officer)
        _ = try feed.subscribe(centres: centres, after: nil, officer: officer)
        #expect(throws: SubscriptionRefusal.tooManyOfOfficer) {
            try feed.subscribe(centres: centres, after: nil, officer: officer)
        }
        _ = try feed.subscribe(centres: centres, after: nil)
        #expect(throws: SubscriptionRefusal.tooMany) { try feed.subscribe(centres: centres, after: nil) }
        feed.unsubscribe(first)
        #expect(feed.subscriberCount == 2)
    }

    @Test("any number of streams see what one thread applies, in order")
    func manyReaders() async throws {
        let feed = ConsoleFeed(pendingMax: 5_000)
        let subscriptions = try (0..<8).map { _ in
            try feed.subscribe(centres: [try CentreID("astana")], after: nil)
        }
        let alerts = try (1...2_000).map { try Sample.alert($0) }
        await withTaskGroup(of: Bool.self) { group in
            for subscription in subscriptions {
                group.addTask {
                    var seen: [UInt64] = []
                    while seen.count < 2_000, let signal = await subscription.next() { seen += ids(signal) }
                    return seen == Array(1...2_000)
                }
            }
            for alert in alerts { feed.apply(.alert(alert), sequence: JournalSequence(alert.id.value)) }
            for await isInOrder in group { #expect(isInOrder) }
        }
    }
}
