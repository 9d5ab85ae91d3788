// The officer's hands: shows, claims and closes every alert of the fleet, over any number of failures.

import AlertModel
import SimulatedField
import Synchronization

/// Handles each alert once, in a task of its own.
final class Answerer: Sendable {
    private struct State {
        /// Being handled, or handled to the end.
        var taken: Set<String> = []
        var chance: Chance
    }

    private let client: OfficerClient
    private let state: Mutex<State>

    /// How long an officer takes to claim, and then to close.
    private static let delayNs: ClosedRange<UInt64> = 20_000_000...200_000_000

    init(client: OfficerClient, seed: UInt64) {
        self.client = client
        state = Mutex(State(chance: Chance(seed: seed)))
    }

    /// Whether the caller is to ``answer(_:)`` this alert: it is open, nobody else has it, and nobody asked before.
    func takes(_ alert: ConsoleAlert) -> Bool {
        guard alert.stage != "closed", alert.owner == nil || alert.owner == client.access.name else {
            return false
        }
        return state.withLock { $0.taken.insert(alert.id).inserted }
    }

    /// Brings the alert to its end, or leaves it to another officer who was faster. Returns early only when the task
    /// is cancelled.
    func answer(_ alert: String) async {
        let (toClaim, toClose) = state.withLock { state in
            (state.chance.nanoseconds(in: Self.delayNs), state.chance.nanoseconds(in: Self.delayNs))
        }
        do {
            try await client.insist { try await client.show(alert) }
            try await Task.sleep(for: .nanoseconds(Int64(toClaim)))
            guard try await client.insist({ try await client.claim(alert) }) == .done else { return leave(alert) }
            try await Task.sleep(for: .nanoseconds(Int64(toClose)))
            let note = "Closed by sos-simulator: a simulated press."
            let result = try await client.insist {
                try await client.close(alert, outcome: "test", note: note)
            }
            if result != .done && result != .refused("already_closed") { leave(alert) }
        } catch {
            leave(alert)
        }
    }

    /// Lets a later event bring the alert back, such as a release.
    private func leave(_ alert: String) { state.withLock { _ = $0.taken.remove(alert) } }
}
