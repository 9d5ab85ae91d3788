// What runs on a thread of the alert path: a loop over doWork, and a way to sleep and be woken.

public import AlertModel

/// A piece of the alert path that one thread owns.
///
/// `AgentRunner` turns it in a thread; tests and the simulator call `doWork` themselves, with times of their
/// own. Everything but `wake` and `name` runs on the owning thread only.
public protocol Agent: AnyObject {
    /// What `ps` and `top` show for its thread; at most 15 bytes. The same at any time, from any thread.
    var name: String { get }

    /// Takes a bounded amount of work and never blocks.
    ///
    /// - Parameter now: both clocks, read once for the turn.
    /// - Returns: how much was done; 0 means that it may sleep.
    func doWork(now: Instant) -> Int

    /// Blocks until woken or until a deadline of the agent's own; returns at once if there is work after all.
    func waitForWork()

    /// Makes a `waitForWork` under way return. Any thread.
    func wake()
}
