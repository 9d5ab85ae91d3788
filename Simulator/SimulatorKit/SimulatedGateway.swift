// The way of an event through the gateway, in one thread: lane, journal, sync, dispatcher, answers. It
// may crash between any two of these.

import AlertDispatch
import AlertModel

/// What left the gateway in one turn.
struct GatewayOutput {
    var answers: [UnitAnswer] = []
    var feed: [FeedEntry] = []
}

final class SimulatedGateway {
    /// Records in one batch; the rest waits for the next sync.
    private static let batchMax = 8
    /// A sync takes up to so many ticks.
    private static let syncTicksMax = 3

    private(set) var disk = SimulatedDisk()
    /// Of the running process; after a crash a new one.
    private(set) var dispatcher = Dispatcher()
    private(set) var isRunning = false
    private let bug: PlantedBug?
    private var lane: [Event] = []
    private var batch: [SimulatedRecord] = []
    private var syncDue = 0
    private var nextSequence = JournalSequence(1)
    private var effects: [Effect] = []
    private var lastAuditTick = 0
    private var fakeCounter: UInt32 = 1 << 30
    /// Steps until the process dies; nil while it is healthy.
    private var fuse: Int?

    init(bug: PlantedBug?) { self.bug = bug }

    /// Urgent events go to the lane, routine ones to the dispatcher.
    func receive(_ event: Event, at now: Instant) {
        guard isRunning else { return }
        if event.kind.isUrgent {
            lane.append(event)
        } else {
            effects.removeAll(keepingCapacity: true)
            dispatcher.observe(event, at: now, effects: &effects)
        }
    }

    /// Lets the process die in one of its next steps.
    func lightFuse(_ steps: Int) { fuse = isRunning ? steps : nil }

    /// Starts a process: recovers the journal, replays it, and journals the start.
    func start(_ started: GatewayStarted, _ random: inout SeededGenerator) {
        dispatcher = Dispatcher()
        var offset = 0
        var last = JournalSequence.zero
        let skipped = bug == .skipsRecordAtReplay ? UInt64(random.below(40) + 8) : 0
        while let (record, next) = SimulatedRecord.read(disk.durable, at: offset), record.sequence == last.next {
            offset = next
            last = record.sequence
            if record.sequence.value != skipped { apply(record) }
        }
        disk.cut(to: offset)
        nextSequence = last.next
        isRunning = true
        lane = [.gatewayStarted(started)]
    }

    /// One turn: finish a sync and apply its batch, then start the next.
    func turn(tick: Int, at now: Instant, _ random: inout SeededGenerator) -> GatewayOutput {
        var output = GatewayOutput()
        guard isRunning else { return output }
        if !batch.isEmpty, tick >= syncDue {
            if burns(&random) { return output }
            disk.sync()
            for record in batch {
                if burns(&random) { return output }
                if bug != .answersBeforeSync { deliver(apply(record), to: &output) }
            }
            batch.removeAll(keepingCapacity: true)
        }
        if batch.isEmpty { takeDue(tick: tick, at: now, &random) }
        if batch.isEmpty, !lane.isEmpty {
            fill(&output, at: now, &random)
            syncDue = tick + random.below(Self.syncTicksMax + 1)
        }
        if fuse != nil { crash(&random) }
        return output
    }

    /// Deadlines that fell due go before what waits.
    private func takeDue(tick: Int, at now: Instant, _ random: inout SeededGenerator) {
        var due: [Event] = []
        dispatcher.dueTimers(at: now.monotonic, max: Self.batchMax, into: &due)
        if bug == .losesTimers { due.removeAll { _ in random.chance(perMille: 700) } }
        // Ticks are 50 ms.
        if tick - lastAuditTick >= Int(Dispatcher.auditEveryS) * 20, bug != .losesTimers {
            lastAuditTick = tick
            dispatcher.audit(at: now.monotonic, into: &due)
        }
        lane.insert(contentsOf: due, at: 0)
    }

    private func fill(_ output: inout GatewayOutput, at now: Instant, _ random: inout SeededGenerator) {
        let count = min(lane.count, Self.batchMax)
        for event in lane.prefix(count) {
            if bug == .answersWithoutJournal, case .press(let press) = event, random.chance(perMille: 100) {
                output.answers += dispatcher.links(press.id.unit).map {
                    .stage(
                        $0, boot: press.id.boot, counter: press.id.counter, alert: AlertID(nextSequence.value),
                        stage: .stored, at: now.wall)
                }
                continue
            }
            let record = SimulatedRecord(
                sequence: nextSequence, at: now, kind: event.kind.rawValue, body: event.encodedBody)
            nextSequence = nextSequence.next
            disk.append(record.encoded)
            batch.append(record)
            if bug == .answersBeforeSync { deliver(apply(record), to: &output) }
        }
        lane.removeFirst(count)
    }

    /// Applies a durable record; its effects are the result.
    @discardableResult
    private func apply(_ record: SimulatedRecord) -> [Effect] {
        effects.removeAll(keepingCapacity: true)
        guard var event = record.event else { return [] }
        if case .press(let press) = event { event = .press(tampered(press)) }
        dispatcher.step(event, sequence: record.sequence, at: record.at, effects: &effects)
        return effects
    }

    private func deliver(_ effects: [Effect], to output: inout GatewayOutput) {
        for effect in effects {
            switch effect {
            case .answer(.stage(_, _, _, _, .closed, _)) where bug == .neverSaysClosed: break
            case .answer(let answer): output.answers.append(answer)
            case .feed(.result(let command, .refused(.alreadyClaimed, _))) where bug == .doubleClaim:
                output.feed.append(.result(command, .done(AlertID(0))))
            case .feed(let entry): output.feed.append(entry)
            }
        }
    }

    private func tampered(_ press: Press) -> Press {
        switch bug {
        case .forgetsRepeats where dispatcher.alert(of: press.id) != nil:
            fakeCounter += 1
            let id = MessageID(unit: press.id.unit, boot: press.id.boot, counter: fakeCounter)
            return Press(
                id: id, category: press.category, pressedAt: press.pressedAt, receivedAt: press.receivedAt,
                position: nil)
        case .wrongPriority where press.category == .police:
            return Press(
                id: press.id, category: .roadAccident, pressedAt: press.pressedAt, receivedAt: press.receivedAt,
                position: nil)
        default: return press
        }
    }

    private func burns(_ random: inout SeededGenerator) -> Bool {
        guard let left = fuse else { return false }
        fuse = left - 1
        if left > 0 { return false }
        crash(&random)
        return true
    }

    private func crash(_ random: inout SeededGenerator) {
        fuse = nil
        isRunning = false
        lane.removeAll()
        batch.removeAll()
        disk.crash(&random)
    }
}

extension SimulatedRecord {
    /// The record's event; nil when its body is not one.
    var event: Event? {
        do { return try body.withUnsafeBytes { bytes in try Event(kind: kind, body: bytes) } } catch { return nil }
    }
}
