// An agent's thread: start, heartbeat for the watchdog, stop.

public import LinuxIO
internal import Synchronization

/// Runs one agent on a thread of its own.
///
/// Each turn reads the clocks once and calls `doWork`. After ``idleTurnsMax`` turns without work the agent
/// sleeps in `waitForWork`, so an idle process uses next to no CPU.
public final class AgentRunner: Sendable {
    /// Turns without work before the agent sleeps: a microsecond or two, in which an event that is under way costs its
    /// producer no system call. No more, for a processor that spins is taken from the agent it waits for where there
    /// are fewer processors than agents.
    public static let idleTurnsMax = 4
    /// How often a stop wakes the agent again. A wake that falls between an agent's last look and its sleep
    /// may find nobody asleep.
    static let stopWakeMs: Int32 = 1

    private enum Phase {
        case idle
        case running(Thread, EndSignal)
        case stopped
    }

    private let loop: AgentLoop
    private let nice: Int32
    private let phase = Mutex<Phase>(.idle)

    /// - Parameters:
    ///   - agent: kept. Once started, only its `wake` and `name` may be used elsewhere until it is stopped.
    ///   - clock: where the turns' times come from.
    ///   - nice: 0 is ordinary, larger is less urgent.
    public init(_ agent: any Agent, clock: any InstantSource, nice: Int32 = 0) {
        loop = AgentLoop(agent: agent, clock: clock)
        self.nice = nice
    }

    /// Asks a forgotten thread to end, without waiting for it.
    deinit { loop.askToEnd() }

    /// Turns made so far. A watchdog that sees the same number twice, with longer between than the agent ever
    /// sleeps or works, has found a stuck agent. Any thread.
    public var turns: UInt64 { loop.turns.load(ordering: .relaxed) }

    /// Starts the thread. Once.
    ///
    /// - Throws: ``Errno`` when the kernel gives no thread or descriptor; the start of the process fails.
    public func start() throws(Errno) {
        let problem = phase.withLock { phase -> Errno? in
            guard case .idle = phase else { preconditionFailure("an agent is started once") }
            do throws(Errno) {
                let ended = try EndSignal()
                let thread = try Thread.start(name: loop.name, nice: nice) { [loop] in
                    loop.run()
                    ended.event.signal()
                }
                phase = .running(thread, ended)
                return nil
            } catch {
                return error
            }
        }
        if let problem { throw problem }
    }

    /// Asks the agent to end after its turn, wakes it, and waits for its thread. Not from that thread.
    ///
    /// What is still in its rings stays there. Before `start`, and a second time, it does nothing.
    public func stop() {
        let running = phase.withLock { phase -> (thread: Thread, ended: EndSignal)? in
            guard case .running(let thread, let ended) = phase else { return nil }
            phase = .stopped
            return (thread, ended)
        }
        guard let running else { return }
        loop.askToEnd()
        while !running.ended.event.wait(timeoutMs: Self.stopWakeMs) { loop.wake() }
        running.thread.join()
    }
}

/// The thread's last word, with a wait that has a limit.
private final class EndSignal: Sendable {
    let event: EventFD
    init() throws(Errno) { event = try EventFD() }
}

/// What the runner and its thread share.
///
/// `@unchecked Sendable`: `agent` is the only thing not Sendable. `run` alone calls its `doWork` and
/// `waitForWork`, on one thread; others call its `wake` and `name`, which the protocol allows from any thread.
private final class AgentLoop: @unchecked Sendable {
    let turns = Atomic<UInt64>(0)
    private let agent: any Agent
    private let clock: any InstantSource
    private let isEndAsked = Atomic<Bool>(false)

    init(agent: any Agent, clock: any InstantSource) {
        self.agent = agent
        self.clock = clock
    }

    var name: String { agent.name }

    func wake() { agent.wake() }

    func askToEnd() {
        // relaxed: it carries no data; the join orders everything else.
        isEndAsked.store(true, ordering: .relaxed)
        agent.wake()
    }

    func run() {
        var idleTurns = 0
        while !isEndAsked.load(ordering: .relaxed) {
            let worked = agent.doWork(now: clock.now())
            turns.wrappingAdd(1, ordering: .relaxed)
            if worked > 0 {
                idleTurns = 0
            } else if idleTurns < AgentRunner.idleTurnsMax {
                idleTurns += 1
            } else {
                agent.waitForWork()
                idleTurns = 0
            }
        }
    }
}
