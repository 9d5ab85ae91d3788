// The registry's door into the urgent lanes: changes go in as fast as they are journaled, and no faster.

import AlertModel
import EventRing
import Synchronization

/// Publishes registry events in a lane of its own.
///
/// The lane is small: an import of 200,000 units waits here, on the control path, while presses and officers' acts
/// have lanes of their own and their turns.
final class RegistryLane: Sendable {
    private let lane: Mutex<Lane>
    private let doorbell: Doorbell
    /// How long to wait for room; the journal empties the lane in about a millisecond.
    private static let pause = Duration.milliseconds(2)

    private struct Lane: ~Copyable {
        var producer: RecordProducer
    }

    /// - Parameters:
    ///   - lane: the registry's urgent lane.
    ///   - doorbell: the core's.
    init(lane: consuming RecordProducer, doorbell: Doorbell) {
        self.lane = Mutex(Lane(producer: lane))
        self.doorbell = doorbell
    }

    /// Publishes events in their order. One caller at a time.
    ///
    /// - Throws: `CancellationError`; what was published before stays, and the next start makes up for the rest.
    func publish(_ events: [Event]) async throws {
        var next = 0
        while next < events.count {
            let published = append(events[next...])
            next += published
            if published > 0 { doorbell.ring() }
            if next < events.count { try await Task.sleep(for: Self.pause) }
        }
    }

    /// How many went in before the lane was full.
    private func append(_ events: ArraySlice<Event>) -> Int {
        lane.withLock { lane in
            var count = 0
            for event in events {
                let result = lane.producer.append(kind: event.kind.rawValue, bodyBytesMax: Event.bodyBytesMax) {
                    event.encode(into: $0)
                }
                precondition(result == .appended || result == .full, "every event fits its lane")
                guard result == .appended else { break }
                count += 1
            }
            if count > 0 { lane.producer.publish() }
            return count
        }
    }
}
