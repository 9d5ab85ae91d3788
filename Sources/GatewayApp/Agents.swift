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

/// The doorbells of the four agents.
struct AgentBells: Sendable {
    let journal: Doorbell
    let dispatch: Doorbell
    let feed: Doorbell
    let clerk: Doorbell

    init() throws(Errno) {
        journal = try Doorbell()
        dispatch = try Doorbell()
        feed = try Doorbell()
        clerk = try Doorbell()
    }
}

/// Journal, dispatcher, feed and clerk on a thread each.
///
/// `@unchecked Sendable`: the agents are touched by their runners' threads while those run, and by `stop`
/// only after they were joined; the array itself never changes.
final class Agents: @unchecked Sendable {
    /// In the order of a press's way, the clerk last; stopped in the same order, so that each drains into the next.
    private let agents: [any Agent]
    private let runners: [AgentRunner]
    private let clock: any InstantSource

    init(_ agents: [any Agent], clock: any InstantSource) {
        self.agents = agents
        self.clock = clock
        runners = agents.map { AgentRunner($0, clock: clock) }
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
    }
}
