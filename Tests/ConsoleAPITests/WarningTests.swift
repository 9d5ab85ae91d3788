import AlertModel
import Testing

@testable import ConsoleAPI

@Suite("Warnings", .timeLimit(.minutes(5)))
struct WarningTests {
    private func warning(_ kind: GatewayWarning.Kind, isActive: Bool = true, _ detail: String = "")
        -> GatewayWarning
    {
        GatewayWarning(
            kind, isActive: isActive, at: WallTime(nanoseconds: 1_795_253_400_125_000_000), detail: detail)
    }

    private func subscribe(_ feed: ConsoleFeed) throws -> FeedSubscription {
        try feed.subscribe(centres: [try CentreID("astana")], after: nil)
    }

    @Test("every console is told whatever its centres, without a place in the journal")
    func toEveryone() async throws {
        let console = try Console()
        try await console.stream(cookie: try await console.cookie("aigul")) { reader in
            #expect(await reader.nextEvent()?.name == "ready")
            console.feed.warn(warning(.diskSlow, "syncs take \"200\" ms"))
            #expect(
                await reader.nextEvent()
                    == StreamEvent(
                        id: nil, name: "warning",
                        data: #"{"kind":"disk_slow","active":true,"at":"2026-11-21T09:30:00.125+00:00","#
                            + #""detail":"syncs take \"200\" ms"}"#))
            console.feed.warn(warning(.diskSlow, isActive: false))
            #expect(await reader.nextEvent()?.data.contains(#""active":false"#) == true)
        }
    }

    @Test("a console that comes later is told what holds, not what is over")
    func later() async throws {
        let feed = ConsoleFeed()
        feed.warn(warning(.diskSlow, "first"))
        feed.warn(warning(.clockStepped))
        feed.warn(warning(.diskSlow, "second"))
        feed.warn(warning(.clockStepped, isActive: false))
        #expect(feed.warnings == [warning(.diskSlow, "second")])
        #expect(await (try subscribe(feed)).next() == .warnings([warning(.diskSlow, "second")]))
    }

    @Test("a slow console keeps only the latest of each kind")
    func latestOfEachKind() async throws {
        let feed = ConsoleFeed()
        let subscription = try subscribe(feed)
        for number in 0..<10_000 { feed.warn(warning(.diskSlow, "\(number)")) }
        feed.warn(warning(.notStoring))
        #expect(await subscription.next() == .warnings([warning(.diskSlow, "9999"), warning(.notStoring)]))
    }

    @Test("the last warning is still delivered by a stream that ends")
    func lastWords() async throws {
        let feed = ConsoleFeed()
        let subscription = try subscribe(feed)
        feed.warn(warning(.notStoring))
        feed.finish()
        #expect(await subscription.next() == .warnings([warning(.notStoring)]))
        #expect(await subscription.next() == nil)
    }

    @Test("the kinds are permanent")
    func kinds() {
        #expect(
            GatewayWarning.Kind.allCases.map(\.rawValue) == [
                "not_storing", "disk_slow", "disk_full", "clock_stepped",
                "certificate_expiring", "revocation_list_overdue",
            ])
    }
}
