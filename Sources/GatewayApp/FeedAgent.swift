// Where the alert path meets the control path: one lane in, memory out. Never waits for a disk or a console.

import AlertModel
import ConsoleAPI
import EventRing
import Telemetry

/// Hands the dispatcher's feed to the consoles, to officers who wait for a result, and to the clerk.
final class FeedAgent: Agent {
    static let entriesMax = 512

    let name = "sos-feed"
    private let entries: RecordConsumer
    private let consoleFeed: ConsoleFeed
    private let desk: CommandDesk
    private let clerk: ClerkInbox
    private let doorbell: Doorbell
    private let counters: Counters
    private let watch: SelfWatch
    private var consoles = WatchReporter()

    init(
        entries: consuming RecordConsumer, consoleFeed: ConsoleFeed, desk: CommandDesk, clerk: ClerkInbox,
        doorbell: Doorbell, counters: Counters, watch: SelfWatch
    ) {
        self.entries = entries
        self.consoleFeed = consoleFeed
        self.desk = desk
        self.clerk = clerk
        self.doorbell = doorbell
        self.counters = counters
        self.watch = watch
    }

    func doWork(now: Instant) -> Int {
        let worked = entries.drain(max: Self.entriesMax) { kind, body in
            do throws(DecodeError) {
                let (sequence, entry) = try FeedEntry.decode(kind: kind, body: body)
                deliver(entry, sequence: sequence)
            } catch {
                counters.add(.eventsUndecodable)
            }
            return .next
        }
        desk.expire(now: now.monotonic)
        watch.look(now: now)
        consoles.turn(
            changes: consoleFeed.watchChanges, watched: { consoleFeed.watchedCentres },
            tell: { desk.centreWatched($0) })
        return worked
    }

    func waitForWork() {
        doorbell.prepareToSleep()
        if entries.isEmpty { doorbell.wait(timeoutMs: idleWaitMs) }
        doorbell.cancelSleep()
    }

    func wake() { doorbell.ring() }

    private func deliver(_ entry: FeedEntry, sequence: JournalSequence) {
        if case .result(let command, let result) = entry {
            desk.complete(command, with: result)
        } else {
            consoleFeed.apply(entry, sequence: sequence)
            clerk.put(entry, sequence: sequence)
        }
    }
}
