import AlertModel
import ConsoleAPI
import EventRing
import LinuxIO
import Synchronization
import Telemetry
import Testing

@testable import GatewayApp

/// Clocks that stand until a test moves them.
private final class HandClock: InstantSource {
    private let present = Mutex<(wall: Int64, monotonic: UInt64)>((1_000_000_000_000_000_000, 5_000_000_000))

    func now() -> Instant {
        present.withLock {
            Instant(
                wall: WallTime(nanoseconds: $0.wall), monotonic: MonotonicTime(nanoseconds: $0.monotonic))
        }
    }

    func pass(milliseconds: UInt64) {
        present.withLock {
            $0.wall += Int64(milliseconds) * 1_000_000
            $0.monotonic += milliseconds * 1_000_000
        }
    }

    func set(byMilliseconds step: Int64) { present.withLock { $0.wall += step * 1_000_000 } }
}

@Suite("The gateway watches itself")
struct SelfWatchTests {
    private let clock = HandClock()
    private let counters = Counters()
    private let feed = ConsoleFeed()
    private let commits = CommitMark()
    private let inbox: ClerkInbox
    private let watch: SelfWatch

    init() throws {
        inbox = ClerkInbox(doorbell: try Doorbell())
        let alarm = SelfAlarm(feed: feed, clerk: inbox, counters: counters, clock: clock)
        watch = SelfWatch(alarm: alarm, commits: commits, counters: counters, now: clock.now())
    }

    /// Syncs that took so long, then a look half a second later; the kinds that hold.
    private func look(after milliseconds: UInt64 = 500, syncsMs: [UInt64] = []) -> [GatewayWarning.Kind] {
        for sync in syncsMs { counters.measured(.journalSync, nanoseconds: sync * 1_000_000) }
        clock.pass(milliseconds: milliseconds)
        watch.look(now: clock.now())
        return feed.warnings.map(\.kind)
    }

    @Test("a slow average is told once, and its end after ten good seconds with proof")
    func slowAverage() {
        #expect(look(syncsMs: Array(repeating: 90, count: 50)) == [])
        #expect(look(syncsMs: Array(repeating: 200, count: 8)) == [.diskSlow])
        #expect(look(syncsMs: Array(repeating: 200, count: 20)) == [.diskSlow])
        #expect(counters.value(.warningsRaised) == 1)
        #expect(look(after: 9_000, syncsMs: [1]) == [.diskSlow])
        #expect(look(after: 900) == [.diskSlow])
        #expect(look() == [])
        #expect(inbox.takeWarnings().map(\.isActive) == [true, false])
    }

    @Test("without a sync nothing says that the disk has recovered")
    func silenceProvesNothing() {
        #expect(look(syncsMs: Array(repeating: 300, count: 8)) == [.diskSlow])
        #expect(look(after: 60_000) == [.diskSlow])
        #expect(look(syncsMs: [2]) == [])
    }

    @Test("one hiccup among few syncs is no alarm, two quiet slow ones are, after ten seconds")
    func fewSyncs() {
        #expect(look(syncsMs: [150, 2, 2, 2]) == [])
        #expect(look(after: 10_000) == [])
        #expect(look(syncsMs: [150, 160]) == [])
        #expect(look(after: 10_000) == [.diskSlow])
    }

    @Test("a single sync of more than a second is an alarm")
    func oneLongSync() {
        #expect(look(syncsMs: [1] + [1_001] + Array(repeating: 1, count: 5_000)) == [.diskSlow])
    }

    @Test("a commit that does not end is an alarm while it lasts")
    func hangingCommit() {
        commits.begin(at: clock.now().monotonic)
        #expect(look() == [])
        #expect(look() == [])
        #expect(look() == [.diskSlow])
        commits.end()
        #expect(look(after: 10_000, syncsMs: [3]) == [])
    }

    @Test(
        "a set clock is told with its way, and shown for ten minutes",
        arguments: [1_001, -1_001, 3_600_000, -3_600_000])
    func clockStep(milliseconds: Int64) {
        #expect(look() == [])
        clock.set(byMilliseconds: milliseconds)
        #expect(look() == [.clockStepped])
        let text = milliseconds > 0 ? "forward by \(milliseconds) ms" : "back by \(-milliseconds) ms"
        #expect(feed.warnings.first?.detail == "the wall clock was set \(text)")
        #expect(counters.value(.clockSteps) == 1)
        #expect(look(after: 599_400) == [.clockStepped])
        #expect(look(after: 1_000) == [])
    }

    @Test("a disciplined clock is no step", arguments: [900, -900])
    func slew(milliseconds: Int64) {
        for _ in 0..<20 {
            clock.set(byMilliseconds: milliseconds)
            #expect(look() == [])
        }
        #expect(counters.value(.clockSteps) == 0)
    }

    @Test("clocks at the ends of their range trap nothing")
    func extremes() {
        func instant(_ wall: Int64, _ monotonic: UInt64) -> Instant {
            Instant(wall: WallTime(nanoseconds: wall), monotonic: MonotonicTime(nanoseconds: monotonic))
        }
        var watch = ClockWatch(now: instant(.min, 0))
        _ = watch.look(now: instant(.max, .max))
        _ = watch.look(now: instant(.min, .max))
        _ = watch.look(now: instant(.max, 0))
    }
}
