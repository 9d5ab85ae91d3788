// The reference model's account of centres: what their supervisors said, and whether anybody watches them.

import AlertModel

struct ReferenceCentres {
    private var states: [CentreID: CentreState] = [:]
    private var watching: [CentreID: Int] = [:]
    private var lost: Set<CentreID> = []
    /// When a centre that nobody watches is given up.
    private var dueNs: [CentreID: UInt64] = [:]
    private static let patienceNs: UInt64 = 10_000_000_000

    /// Consoles of a centre; nil when none was ever heard of.
    func consoles(_ centre: CentreID) -> Int? { watching[centre] }

    func takesPresses(_ centre: CentreID) -> Bool {
        !lost.contains(centre) && (states[centre] ?? .active) == .active
    }

    func takesOthers(_ centre: CentreID) -> Bool {
        takesPresses(centre) || (!lost.contains(centre) && states[centre] == .standby)
    }

    func keepsAlerts(_ centre: CentreID) -> Bool {
        !lost.contains(centre) && states[centre] != .inactive && states[centre] != .disabled
    }

    mutating func set(_ set: CentreStateSet) { states[set.centre] = set.state }

    mutating func watch(_ watched: CentreWatched, nowNs: UInt64) {
        let before = watching[watched.centre] ?? 0
        if watched.consoles > 0 {
            watching[watched.centre] = Int(watched.consoles)
            lost.remove(watched.centre)
            dueNs[watched.centre] = nil
        } else if before > 0 {
            watching[watched.centre] = 0
            dueNs[watched.centre] = nowNs + Self.patienceNs
        }
    }

    mutating func unwatched(_ centre: CentreID, _ fired: TimerFired) {
        guard dueNs[centre] == fired.due.nanoseconds else { return }
        dueNs[centre] = nil
        lost.insert(centre)
    }

    /// A new process: no console is there yet.
    mutating func forgetConsoles(nowNs: UInt64) {
        for centre in watching.keys where !lost.contains(centre) {
            watching[centre] = 0
            dueNs[centre] = nowNs + Self.patienceNs
        }
    }
}
