import AlertModel
import ConsoleAPI
import Foundation
import History
import JournalFiles
import Logging
import Settings
import Telemetry
import Testing

@testable import GatewayApp

/// A state directory of its own, gone afterwards.
private final class Site {
    let directory = FileManager.default.temporaryDirectory.appending(path: "sosgateway-\(UUID().uuidString)")
    let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let now = Instant(
        wall: WallTime(nanoseconds: 1_700_000_000_000_000_000), monotonic: MonotonicTime(nanoseconds: 1))

    init() throws { try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: directory) }

    func registry() throws -> Registry {
        let centre = try CentreID("astana")
        return Registry(
            centres: [CentreRecord(id: centre, name: "Астана")],
            units: [
                UnitRecord(
                    id: try UnitID("AST-0001"), centre: centre, place: "Бәйтерек", point: nil, reportingTimeS: 90)
            ])
    }

    /// One start of the gateway up to where it would serve; the journal's end and the history's place.
    func start() throws -> (journal: JournalSequence, history: JournalSequence) {
        let history = try History(path: directory.appending(path: "history.sqlite").path)
        let keeper = try HistoryKeeper(history: history, log: log)
        let feed = ConsoleFeed()
        var replay = try Replay.run(
            journalDirectory: directory.appending(path: "journal").path, feed: feed, history: keeper,
            counters: Counters(), log: log)
        try replay.takeOver(
            registry: try registry(), started: GatewayStarted(defaultCentre: try CentreID("astana")), feed: feed,
            history: keeper, now: now, log: log)
        return (replay.writer.durableSequence, try history.lastSequence())
    }
}

@Suite("From the journal to a running state", .timeLimit(.minutes(5)))
struct ReplayTests {
    @Test("a first start journals the registry, later ones only that they took over")
    func starts() throws {
        let site = try Site()
        let first = try site.start()
        #expect(first.journal == JournalSequence(3))
        let second = try site.start()
        #expect(second.journal == JournalSequence(4))
        #expect(second.history <= second.journal)
    }

    @Test("a history that knows more than the journal is kept aside and made anew")
    func historyAhead() throws {
        let site = try Site()
        for _ in 0..<3 { _ = try site.start() }
        let history = try History(path: site.directory.appending(path: "history.sqlite").path)
        let unit = try UnitID("AST-0001")
        let lost = Alert(
            id: AlertID(99), unit: unit, centre: try CentreID("astana"), category: .police, priority: .life,
            press: MessageID(unit: unit, boot: 1, counter: 1), pressedAt: site.now.wall, receivedAt: site.now.wall,
            storedAt: site.now.wall, position: nil)
        try history.apply([(JournalSequence(99), .alert(lost))])

        let after = try site.start()
        #expect(after.history <= after.journal)
        let names = try FileManager.default.contentsOfDirectory(atPath: site.directory.path)
        #expect(names.contains("history.sqlite.before-99"))
    }

    @Test("what was lost is still in the copy that was set aside")
    func evidence() async throws {
        let site = try Site()
        _ = try site.start()
        let path = site.directory.appending(path: "history.sqlite").path
        let unit = try UnitID("AST-0001")
        let lost = Alert(
            id: AlertID(50), unit: unit, centre: try CentreID("astana"), category: .fire, priority: .life,
            press: MessageID(unit: unit, boot: 1, counter: 1), pressedAt: site.now.wall, receivedAt: site.now.wall,
            storedAt: site.now.wall, position: nil)
        try History(path: path).apply([(JournalSequence(50), .alert(lost))])
        _ = try site.start()
        let kept = try await History(path: path + ".before-50").alert(AlertID(50))
        #expect(kept == lost)
        let current = try await History(path: path).alert(AlertID(50))
        #expect(current == nil)
    }
}
