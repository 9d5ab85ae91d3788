// The daemon's threads between the units' sockets and the control path: made, started, watched, stopped.

import AlertDispatch
import AlertModel
import ConsoleAPI
import EventRing
import History
import JournalFiles
import LinuxIO
import Logging
import Synchronization
import Telemetry

/// The doorbells of the three agents.
struct AgentBells: Sendable {
    let core: Doorbell
    let feed: Doorbell
    let clerk: Doorbell

    init() throws(Errno) {
        core = try Doorbell()
        feed = try Doorbell()
        clerk = try Doorbell()
    }
}

/// Core, feed and clerk on a thread each.
///
/// `@unchecked Sendable`: the agents are touched by their runners' threads while those run, and by `stop`
/// only after they were joined; the array itself never changes.
final class Agents: @unchecked Sendable {
    /// Paperwork gives way to the alert path.
    private static let clerkNice: Int32 = 10

    /// In the order of a press's way, the clerk last; stopped in the same order, so that each drains into the next.
    private let agents: [any Agent]
    private let clerk: ClerkAgent
    private let runners: [AgentRunner]
    private let clock: any InstantSource

    init(core: AlertCore, feed: FeedAgent, clerk: ClerkAgent, clock: any InstantSource) {
        agents = [core, feed, clerk]
        self.clerk = clerk
        self.clock = clock
        runners = [
            AgentRunner(core, clock: clock), AgentRunner(feed, clock: clock),
            AgentRunner(clerk, clock: clock, nice: Self.clerkNice),
        ]
    }

    /// - Throws: ``Errno`` when the kernel gives no thread.
    func start() throws(Errno) {
        for runner in runners.reversed() { try runner.start() }
    }

    /// Turns of each agent of the alert path; a watchdog compares them. The clerk, who comes last, may wait for
    /// the disk and is not asked.
    var turns: [UInt64] { runners.dropLast().map(\.turns) }

    /// Stops agent after agent; what is in an agent's lanes is worked off before the next one stops.
    func stop() {
        for (agent, runner) in zip(agents, runners) {
            runner.stop()
            while agent.doWork(now: clock.now()) > 0 {}
        }
        clerk.writeHistory()
    }
}
