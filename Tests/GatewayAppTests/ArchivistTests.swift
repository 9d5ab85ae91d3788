import AlertDispatch
import AlertModel
import ConsoleAPI
import Foundation
import History
import Journal
import JournalFiles
import LinuxIO
import Logging
import Settings
import Telemetry
import Testing

@testable import GatewayApp

/// A clock that stands still.
private struct FixedClock: InstantSource {
    let instant: Instant
    func now() -> Instant { instant }
}

/// A gateway's state directory with segments of 16 KiB: three commits each.
private final class SnapshotSite {
    static let startedAt: Int64 = 1_700_000_000_000_000_000
    let directory = FileManager.default.temporaryDirectory.appending(path: "sosgateway-\(UUID().uuidString)").path
    let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let counters = Counters()
    private var counter: UInt32 = 0

    init() throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: directory) }

    var journal: String { "\(directory)/journal" }
    var limits: JournalLimits {
        var limits = JournalLimits()
        limits.segmentBytes = 16_384
        limits.batchBytesMax = 8_192
        limits.bodyBytesMax = 1_000
        return limits
    }

    private var stores: Stores { get throws { try Stores(paths: StatePaths(directory: directory)) } }

    func start() throws -> Replay {
        let history = try HistoryKeeper(history: stores.history, log: log)
        return try Replay.run(
            journalDirectory: journal, limits: limits, feed: ConsoleFeed(), history: history, counters: counters,
            log: log)
    }

    /// Journals presses of units in turn, closing some alerts, and gives the history what it must know.
    func live(presses: Int) throws {
        let keeper = try HistoryKeeper(history: stores.history, log: log)
        var replay = try start()
        var entries: [(JournalSequence, FeedEntry)] = []
        for _ in 0..<presses {
            counter += 1
            let unit = try UnitID("unit-\(counter % 3)")
            let at = Instant(
                wall: WallTime(nanoseconds: Self.startedAt + Int64(counter)),
                monotonic: MonotonicTime(nanoseconds: 1))
            let press = Press(
                id: MessageID(unit: unit, boot: 1, counter: counter), category: .police, pressedAt: at.wall,
                receivedAt: at.wall, position: nil)
            let alert = replay.dispatcher.nextAlert(Dispatcher.unassignedCentre)?.id
            var events: [Event] = [.press(press)]
            if counter % 4 == 0, let alert {
                for action in [ActionKind.claim, .close] {
                    events.append(
                        .officerAction(
                            OfficerAction(
                                command: CommandID(1), alert: alert, officer: try OfficerID("aliya"),
                                action: action,
                                outcome: action == .close ? .real : nil, note: "")))
                }
            }
            for event in events { try Self.journal(event, at: at, &replay, &entries) }
        }
        keeper.write(entries)
    }

    private static func journal(
        _ event: Event, at: Instant, _ replay: inout Replay, _ entries: inout [(JournalSequence, FeedEntry)]
    ) throws {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: Event.bodyBytesMax, alignment: 8)
        defer { memory.deallocate() }
        let count = try #require(event.encode(into: memory))
        let body = UnsafeRawBufferPointer(rebasing: memory[..<count])
        let sequence = try replay.writer.append(kind: event.kind.rawValue, at: at, body: body)
        try replay.writer.commit()
        var effects: [Effect] = []
        replay.dispatcher.step(event, sequence: sequence, at: at, effects: &effects)
        for case .feed(let entry) in effects { entries.append((sequence, entry)) }
    }

    /// What the archivist does when it wakes, `days` after the start.
    func archive(days: Int64 = 0, archive: String? = nil) throws {
        let listen = ListenAddress(host: "localhost", port: 0)
        let settings = Settings(
            stateDirectory: directory,
            units: UnitSettings(listen: listen, certificateFile: "", keyFile: "", clientCAFile: ""),
            console: ConsoleSettings(listen: listen, certificateFile: "", keyFile: "", filesDirectory: ""),
            registryFile: "", defaultCentre: try CentreID("astana"),
            journal: JournalSettings(keepDays: 20, keepSegmentsMin: 2, archiveDirectory: archive))
        let now = WallTime(nanoseconds: Self.startedAt + days * 86_400_000_000_000)
        let archivist = try Archivist(
            settings: settings, stores: stores, counters: counters,
            clock: FixedClock(instant: Instant(wall: now, monotonic: MonotonicTime(nanoseconds: 1))), log: log)
        archivist.work()
    }

    func names(_ suffix: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: journal).filter { $0.hasSuffix(suffix) }.sorted()
    }

    func flip(_ name: String, at offset: Int) throws {
        let file = try Files.open(name, in: try Files.openDirectory(journal), access: .readWrite)
        let byte = UnsafeMutableRawBufferPointer.allocate(byteCount: 1, alignment: 1)
        defer { byte.deallocate() }
        _ = try Files.pread(file, at: offset, into: byte)
        byte[0] ^= 1
        try Files.pwrite(file, at: offset, UnsafeRawBufferPointer(byte))
    }
}

@Suite("The archivist and a start from its snapshots", .timeLimit(.minutes(5)))
struct ArchivistTests {
    private let site: SnapshotSite
    init() throws { site = try SnapshotSite() }

    /// State hash after a start, and how many records it replayed.
    private func started() throws -> (hash: UInt64, replayed: Int) {
        let replay = try site.start()
        return (replay.dispatcher.stateHash(), replay.writer.report.replayed)
    }

    @Test("a start from a snapshot gives the state that a start from the beginning gives")
    func sameState() throws {
        try site.live(presses: 40)
        let whole = try started()
        try site.archive()
        #expect(try site.names(".state").count == 1)
        let short = try started()
        #expect(short.hash == whole.hash && short.replayed < 4 && whole.replayed > 40)
        // And so on: snapshot upon snapshot.
        for _ in 0..<4 {
            try site.live(presses: 7)
            try site.archive()
        }
        #expect(try site.names(".state").count == 2)
        let resumed = try started()
        for name in try site.names(".state") {
            try FileManager.default.removeItem(atPath: "\(site.journal)/\(name)")
        }
        let again = try started()
        #expect(again.hash == resumed.hash && again.replayed > 68 && resumed.replayed < 4)
    }

    @Test("a damaged snapshot is set aside for the older one, a second one for the journal")
    func damaged() throws {
        try site.live(presses: 20)
        try site.archive()
        try site.live(presses: 20)
        try site.archive()
        let whole = try started()
        let names = try site.names(".state")
        #expect(names.count == 2)
        try site.flip(names[1], at: 4_100)
        let older = try started()
        #expect(older.hash == whole.hash && older.replayed > whole.replayed)
        #expect(try site.names(".refused") == ["\(names[1]).refused"])
        try site.flip(names[0], at: 20)
        let beginning = try started()
        #expect(beginning.hash == whole.hash && beginning.replayed > older.replayed)
        #expect(site.counters.value(.snapshotsRefused) == 2)
        // The next one comes by itself.
        try site.archive()
        #expect(try site.names(".state").count == 1)
    }

    @Test("a snapshot that the journal does not reach is refused, also once other records took the place")
    func ahead() throws {
        try site.live(presses: 20)
        try site.archive()
        let segments = try site.names(".segment")
        for name in segments.suffix(3) { try FileManager.default.removeItem(atPath: "\(site.journal)/\(name)") }
        let short = try started()
        #expect(try site.names(".refused").count == 1)
        #expect(short.replayed == 3 * (segments.count - 3))
    }

    @Test("a history that lacks alerts is made complete, as far as the journal goes back")
    func historyLost() throws {
        try site.live(presses: 60)
        try site.archive()
        let complete = try History(path: "\(site.directory)/history.sqlite").lastSequence()
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: "\(site.directory)/history.sqlite\(suffix)")
        }
        #expect(try started().replayed > 60)
        #expect(try History(path: "\(site.directory)/history.sqlite").lastSequence() == complete)
    }

    @Test("segments go when two snapshots and the history cover them, not before; the removal is on record")
    func retention() async throws {
        try site.live(presses: 40)
        try site.archive(days: 25)
        let before = try site.names(".segment")
        try site.live(presses: 10)
        #expect(try site.names(".segment").starts(with: before))
        try site.archive(days: 25, archive: "\(site.directory)/old")
        let after = try site.names(".segment")
        #expect(after.count > 2 && after.count < 8 && after.first != before.first)
        #expect(site.counters.value(.segmentsRetired) > 10 && site.counters.value(.archivistFailures) == 0)
        let archived = try FileManager.default.contentsOfDirectory(atPath: "\(site.directory)/old")
        #expect(archived.count == 2 * Int(site.counters.value(.segmentsRetired)))
        // A start still works, and without a history it takes what the snapshot has.
        let state = try started()
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: "\(site.directory)/history.sqlite\(suffix)")
        }
        #expect(try started().hash == state.hash)
    }

    @Test("a damaged finished segment is found; no snapshot is made of it")
    func damagedSegment() throws {
        try site.live(presses: 20)
        try site.flip(try site.names(".segment")[1], at: 4_096 + 96 + 50)
        try site.archive()
        #expect(site.counters.value(.archivistFailures) == 1 && site.counters.value(.segmentsVerified) == 1)
        #expect(try site.names(".state").isEmpty)
    }
}
