// The way of an event through the gateway, in one thread: lane, journal, sync, dispatcher, answers. The journal and the
// dispatcher are the true ones. It may die between any two of these steps and in each of them.

import AlertDispatch
import AlertModel
import Journal

/// What left the gateway in one turn.
struct GatewayOutput {
    var answers: [UnitAnswer] = []
    var feed: [FeedEntry] = []
}

/// How a process ended or did not begin, for the story.
enum GatewayEnd: Equatable {
    /// Killed; what the kernel has stays.
    case died
    /// With the machine; what was not synced is lost in part.
    case lostPower
    /// The disk refused, so the journal ended and the process with it.
    case diskRefused(String)
    /// The journal could not be opened.
    case startRefused(String)
}

final class SimulatedGateway {
    /// Urgent events that may wait; then no further frame is read.
    static let laneMax = 96
    /// The auditor is asked every so many ticks of 50 ms.
    private static let auditTicks = Int(Dispatcher.auditEveryS) * 20

    let disk = SimulatedDisk()
    /// Of the running process; after a crash a new one.
    private(set) var dispatcher = Dispatcher()
    private(set) var isRunning = false
    /// Of the last process that ended or could not start.
    private(set) var end: GatewayEnd?
    /// What the journal said last is durable.
    private(set) var durable = JournalSequence.zero
    private(set) var totals = StormTotals()
    /// Ticks that a sync takes now: up to so many.
    var syncTicksMax = 3
    /// Records in one batch; the rest waits for the next sync.
    var batchMax = 12
    let bug: PlantedBug?
    var journal: SegmentedJournal<SimulatedStorage>?
    var lane: [Event] = []
    private var batch: [SimulatedRecord] = []
    private var syncDue = 0
    var effects: [Effect] = []
    private var lastAuditTick = 0
    private var fakeCounter: UInt32 = 1 << 30
    /// Steps until the process dies; nil while it is healthy.
    private var fuse: Int?

    init(bug: PlantedBug?) {
        self.bug = bug
        disk.hidesFailedSyncs = bug == .ignoresFailedSync
    }

    var isLaneFull: Bool { lane.count >= Self.laneMax }
    /// Whether everything that it was told is applied.
    var isIdle: Bool { isRunning && lane.isEmpty && batch.isEmpty }

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

    /// Starts a process: takes a snapshot, opens the journal, replays what is behind, and journals the start.
    ///
    /// - Returns: whether it runs; if not, ``end`` says why.
    func start(_ started: GatewayStarted, skipsSnapshots: Int, now: Instant, _ random: inout SeededGenerator)
        -> Bool
    {
        let snapshot = disk.snapshots.dropLast(skipsSnapshots).last
        dispatcher = restored(snapshot?.bytes)
        let skipped = bug == .skipsRecordAtReplay ? UInt64(random.below(40) + 8) : 0
        do throws(JournalError) {
            let from = snapshot?.sequence.next ?? .zero.next
            journal = try SegmentedJournal.open(
                SimulatedStorage(disk: disk), limits: .simulated, identity: JournalIdentity(high: 1, low: 2),
                now: now.wall, digests: .simulated, from: from
            ) { (record) throws(JournalError) in
                guard record.sequence.value != skipped else { return }
                apply(
                    SimulatedRecord(
                        sequence: record.sequence, at: record.instant, kind: record.kind, body: Array(record.body))
                )
            }
        } catch {
            disk.damagedRead = nil
            dies(disk.happened == .death ? .died : .startRefused(error.description), &random)
            return false
        }
        disk.damagedRead = nil
        disk.forgetPlan()
        durable = journal?.durableSequence ?? .zero
        if journal?.report.cut != nil { totals.count(.cutTails) }
        if snapshot != nil { totals.count(.resumedStarts) }
        isRunning = true
        end = nil
        lane = [.gatewayStarted(started)]
        return true
    }

    private func restored(_ bytes: [UInt8]?) -> Dispatcher {
        guard let bytes, let dispatcher = try? Dispatcher.restored(from: bytes) else { return Dispatcher() }
        return dispatcher
    }

    /// One turn: finish a sync and apply its batch, then start the next.
    func turn(tick: Int, at now: Instant, _ random: inout SeededGenerator) -> GatewayOutput {
        var output = GatewayOutput()
        guard isRunning else { return output }
        if !batch.isEmpty, tick >= syncDue {
            if burns(&random) || !commits(&random) { return output }
            for record in batch {
                if burns(&random) { return output }
                if bug != .answersBeforeSync { deliver(apply(record), to: &output) }
            }
            batch.removeAll(keepingCapacity: true)
        }
        if batch.isEmpty { takeDue(tick: tick, at: now, &random) }
        if batch.isEmpty, !lane.isEmpty {
            fill(&output, at: now, &random)
            syncDue = tick + random.below(syncTicksMax + 1)
        }
        if fuse != nil { dies(random.chance(perMille: 500) ? .died : .lostPower, &random) }
        return output
    }

    /// Writes and syncs the batch.
    ///
    /// - Returns: false when that ended the process.
    private func commits(_ random: inout SeededGenerator) -> Bool {
        do throws(JournalError) {
            _ = try journal?.commit()
            durable = journal?.durableSequence ?? durable
            return true
        } catch {
            if disk.happened == .death {
                dies(random.chance(perMille: 500) ? .died : .lostPower, &random)
            } else {
                totals.count(.diskErrors)
                dies(.diskRefused(error.description), &random)
            }
            return false
        }
    }

    /// Deadlines that fell due go before what waits.
    private func takeDue(tick: Int, at now: Instant, _ random: inout SeededGenerator) {
        var due: [Event] = []
        dispatcher.dueTimers(at: now.monotonic, max: batchMax, into: &due)
        if bug == .losesTimers { due.removeAll { _ in random.chance(perMille: 700) } }
        if tick - lastAuditTick >= Self.auditTicks, bug != .losesTimers {
            lastAuditTick = tick
            dispatcher.audit(at: now.monotonic, into: &due)
        }
        lane.insert(contentsOf: due, at: 0)
    }

    private func fill(_ output: inout GatewayOutput, at now: Instant, _ random: inout SeededGenerator) {
        let count = min(lane.count, batchMax)
        for event in lane.prefix(count) {
            if bug == .answersWithoutJournal, case .press(let press) = event, random.chance(perMille: 100) {
                pretendStored(press, at: now, &output)
                continue
            }
            let body = event.encodedBody
            guard let sequence = append(event.kind.rawValue, body, at: now) else { continue }
            batch.append(SimulatedRecord(sequence: sequence, at: now, kind: event.kind.rawValue, body: body))
            if bug == .answersBeforeSync, let last = batch.last { deliver(apply(last), to: &output) }
        }
        lane.removeFirst(count)
    }

    /// Into the journal's batch; nil when the journal ended, which the commit says.
    private func append(_ kind: UInt8, _ body: [UInt8], at now: Instant) -> JournalSequence? {
        body.withUnsafeBytes { bytes in
            do throws(JournalError) { return try journal?.append(kind: kind, at: now, body: bytes) } catch {
                return nil
            }
        }
    }

    private func pretendStored(_ press: Press, at now: Instant, _ output: inout GatewayOutput) {
        output.answers += dispatcher.links(press.id.unit).map {
            .stage(
                $0, boot: press.id.boot, counter: press.id.counter, alert: AlertID(durable.value), stage: .stored,
                at: now.wall)
        }
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
            case .feed(.result(let command, .refused(let reason, _))) where bug == .namesNoWinner:
                output.feed.append(.result(command, .refused(reason, owner: nil)))
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
        dies(random.chance(perMille: 500) ? .died : .lostPower, &random)
        return true
    }

    private func dies(_ how: GatewayEnd, _ random: inout SeededGenerator) {
        fuse = nil
        isRunning = false
        journal = nil
        lane.removeAll()
        batch.removeAll()
        end = how
        disk.forgetPlan()
        if how == .lostPower {
            totals.count(.powerCuts)
            disk.cutPower(&random)
        }
    }
}

extension SimulatedGateway {
    /// What the archivist does beside: keeps a snapshot, as the live state or as a replay from the last one, and removes
    /// segments that no start needs.
    func keepHouse(removesSegments: Bool, _ random: inout SeededGenerator) {
        guard isRunning, dispatcher.lastSequence > .zero, dispatcher.lastSequence <= durable else { return }
        let isStale = bug == .mislabelsSnapshots
        if random.chance(perMille: 500) || disk.snapshots.isEmpty {
            let stale = isStale ? disk.snapshots.last?.bytes : nil
            disk.keep(snapshot: stale ?? dispatcher.snapshot(), of: dispatcher.lastSequence)
        } else if let last = disk.snapshots.last, let grown = replayed(last, &random) {
            disk.keep(snapshot: grown.bytes, of: grown.sequence)
        }
        totals.count(.snapshots)
        guard removesSegments, disk.snapshots.count > 1 else { return }
        let kept = bug == .removesTooMuch ? durable : disk.snapshots.first?.sequence ?? .zero
        totals.count(.removedSegments, UInt64(disk.removeSegments(through: kept)))
    }

    /// A snapshot made of the one before and the journal behind it, up to anywhere.
    private func replayed(
        _ last: (sequence: JournalSequence, bytes: [UInt8]), _ random: inout SeededGenerator
    ) -> (sequence: JournalSequence, bytes: [UInt8])? {
        guard durable > last.sequence, let segment = disk.names.last(where: { $0 <= last.sequence.next }) else {
            return nil
        }
        var state = restored(last.bytes)
        let through = last.sequence.value + 1 + UInt64(random.below(Int(durable.value - last.sequence.value)))
        var walk = DurableRecords(from: segment)
        var ignored: [Effect] = []
        while walk.next.value <= through, let record = walk.read(disk) {
            guard record.sequence > last.sequence, let event = record.event else { continue }
            state.step(event, sequence: record.sequence, at: record.at, effects: &ignored)
        }
        return (state.lastSequence, state.snapshot())
    }
}

extension JournalLimits {
    /// Small, so that segments end often.
    static var simulated: JournalLimits {
        var limits = JournalLimits()
        limits.segmentBytes = 24 << 10
        limits.batchBytesMax = 8 << 10
        limits.bodyBytesMax = Event.bodyBytesMax
        limits.batchAlignment = DurableRecords.alignment
        return limits
    }
}

extension JournalDigests {
    /// The true checksum, and in place of SHA-256 a mixing that finds what happens by chance: nobody forges here.
    static let simulated = JournalDigests { head, previous, rest in
        ChainValue { value in
            var words: (UInt64, UInt64) = (0x9E37_79B9_7F4A_7C15, 0xC2B2_AE3D_27D4_EB4F)
            func mix(_ bytes: UnsafeRawBufferPointer) {
                for place in stride(from: 0, to: bytes.count, by: 8) {
                    var word: UInt64 = 0
                    for byte in bytes[place..<min(place + 8, bytes.count)] { word = word << 8 | UInt64(byte) }
                    words.0 = (words.0 ^ word) &* 0xBF58_476D_1CE4_E5B9
                    words.0 ^= words.0 >> 29
                    words.1 = (words.1 &+ words.0) &* 0x94D0_49BB_1331_11EB
                }
            }
            mix(head)
            previous.withUnsafeBytes(mix)
            mix(rest)
            for (place, word) in [words.0, words.1, words.0 ^ words.1, words.0 &+ words.1].enumerated() {
                value.storeBytes(of: word.littleEndian, toByteOffset: place * 8, as: UInt64.self)
            }
        }
    }
}
