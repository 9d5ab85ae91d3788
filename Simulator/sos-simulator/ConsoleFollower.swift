// Follows the event stream over any number of lost connections and notes what the console was told.

import AlertModel
import Foundation
import LinuxIO
import SimulatedField
import Synchronization

/// One console that watches, and answers if it has an answerer.
final class ConsoleFollower: Sendable {
    private let client: OfficerClient
    private let ledger: PressLedger
    private let units: Set<String>
    private let answerer: Answerer?
    private let terminal: Terminal
    private let place = Mutex<String?>(nil)
    private let clock = SystemClock()

    /// - Parameters:
    ///   - units: the fleet's; alerts of others are left alone.
    ///   - answerer: handles alerts; nil only watches.
    init(client: OfficerClient, ledger: PressLedger, units: [UnitRecord], answerer: Answerer?, terminal: Terminal)
    {
        self.client = client
        self.ledger = ledger
        self.units = Set(units.map(\.id.description))
        self.answerer = answerer
        self.terminal = terminal
    }

    /// Follows until the task is cancelled.
    func follow() async {
        var failures = 0
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                do {
                    let events = try await client.events(after: place.withLock { $0 })
                    for try await event in events {
                        failures = 0
                        do {
                            try await take(event, in: &group)
                        } catch let error as DecodingError {
                            terminal.note("the console's event \(event.name) \(event.id): \(error)")
                        }
                    }
                } catch {
                    failures += 1
                }
                // 0.1, 0.2, 0.4 … 1.6 s.
                try? await Task.sleep(for: .milliseconds(100 << min(failures, 4)))
            }
            group.cancelAll()
        }
    }

    private func take(_ event: ServerSentEvent, in group: inout DiscardingTaskGroup) async throws {
        struct Ready: Decodable { let resumed: Bool }
        let data = Data(event.data.utf8)
        switch event.name {
        case "alert": take(try JSONDecoder().decode(ConsoleAlert.self, from: data), in: &group)
        case "ready":
            // What happened before a new stream, or while an old one could not be resumed, is in the lists only.
            if try !JSONDecoder().decode(Ready.self, from: data).resumed { try await load(in: &group) }
        case "resync": try await load(in: &group)
        default: break
        }
        // Only now: had the list failed to load, the next stream must not resume behind it.
        if !event.id.isEmpty { place.withLock { $0 = event.id } }
    }

    private func load(in group: inout DiscardingTaskGroup) async throws {
        for centre in try await client.signIn() {
            for alert in try await client.openAlerts(of: centre) { take(alert, in: &group) }
        }
    }

    private func take(_ alert: ConsoleAlert, in group: inout DiscardingTaskGroup) {
        guard units.contains(alert.unit), let number = UInt64(alert.id), let unit = try? UnitID(alert.unit) else {
            return
        }
        let isClosed = alert.stage == "closed"
        ledger.shown(AlertID(number), of: unit, isClosed: isClosed, at: clock.now().monotonic)
        guard let answerer, answerer.takes(alert) else { return }
        group.addTask { await answerer.answer(alert.id) }
    }
}
