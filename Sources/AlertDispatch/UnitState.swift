// What the dispatcher knows of one unit. Objects, so that a heartbeat changes one in place; they never
// leave the dispatcher.

public import AlertModel

/// A unit's condition that has begun or has ended.
public struct UnitFault: Hashable, Sendable {
    /// Which condition.
    public let kind: FaultKind
    /// Whether it lasts.
    public let isActive: Bool
    /// The report that said so last.
    public let report: MessageID
    /// When the gateway stored that report.
    public let changedAt: WallTime
    /// A number whose meaning the kind gives.
    public let detail: Int32
}

/// The latest routine reports of a unit. Not journaled, so empty after a restart until it reports again.
public struct UnitRoutine: Hashable, Sendable {
    /// The latest heartbeat.
    public var heartbeat: Heartbeat?
    /// The latest position report.
    public var position: Position?
    /// When the gateway last took a routine report.
    public var heardAt: Instant?
    /// What its positions have shown so far.
    var track = PositionTrack()
}

final class UnitState {
    // No durable property has a value of its own here, as in ``Dispatcher``.
    var record: UnitRecord
    var isRegistered: Bool
    var links: LinkPair
    /// When the unit last went online or offline.
    var linkChangedAt: WallTime?
    /// Boots in the order in which they first connected, the present one last; at most ``bootsMax``.
    private(set) var boots: [UInt32]
    /// A message may wait in a unit over several restarts, not over so many.
    static let bootsMax = 16
    /// The open alert, or the last closed one while the unit has not confirmed that it is closed.
    var latestAlert: AlertState?
    var lastTestAt: WallTime?
    /// One entry a kind that was ever reported, in order of kind; at most as many as there are kinds.
    var faults: [UnitFault]
    /// Every press of the unit for ever, so that a repeat is known. A table a unit: none grows so large that
    /// the moment of its growth shows.
    var presses: [PressKey: StoredPress]
    /// Whether consoles were told of it and not yet that it is gone.
    var isShown: Bool
    /// How its links, its button and its test calls have been.
    var supervision: UnitSupervision
    /// The open alert for its technical conditions. Beside ``latestAlert``: a caller never waits behind a fault.
    var technicalAlert: AlertState?
    /// Capability bits of its latest HELLO.
    var capabilities: UInt32
    /// Commands under way, the oldest first; at most ``Dispatcher/unitCommandsMax``.
    var commands: [UnitCommandUnderway]
    /// Not journaled and in no snapshot.
    var routine = UnitRoutine()

    convenience init(record: UnitRecord, isRegistered: Bool) {
        self.init(
            record: record, isRegistered: isRegistered, isShown: false, links: LinkPair(), linkChangedAt: nil,
            boots: [], latestAlert: nil, lastTestAt: nil, faults: [], presses: [:],
            supervision: UnitSupervision(), technicalAlert: nil, capabilities: 0, commands: [])
    }

    /// A unit out of all its parts, for a snapshot.
    init(
        record: UnitRecord, isRegistered: Bool, isShown: Bool, links: LinkPair, linkChangedAt: WallTime?,
        boots: [UInt32], latestAlert: AlertState?, lastTestAt: WallTime?, faults: [UnitFault],
        presses: [PressKey: StoredPress], supervision: UnitSupervision, technicalAlert: AlertState?,
        capabilities: UInt32, commands: [UnitCommandUnderway]
    ) {
        self.capabilities = capabilities
        self.commands = commands
        self.supervision = supervision
        self.technicalAlert = technicalAlert
        self.record = record
        self.isRegistered = isRegistered
        self.isShown = isShown
        self.links = links
        self.linkChangedAt = linkChangedAt
        self.boots = boots
        self.latestAlert = latestAlert
        self.lastTestAt = lastTestAt
        self.faults = faults
        self.presses = presses
    }

    var openAlert: AlertState? {
        guard let latestAlert, latestAlert.alert.isOpen else { return nil }
        return latestAlert
    }

    /// Whether consoles have a use for it.
    var isVisible: Bool { isRegistered || !links.isEmpty || openAlert != nil || technicalAlert != nil }

    var status: UnitStatus {
        UnitStatus(
            record: record, isOnline: !links.isEmpty, isRegistered: isRegistered, linkChangedAt: linkChangedAt,
            faults: activeFaults, maintenanceEndsAt: supervision.maintenanceEndsAt, lastTestAt: lastTestAt,
            outage: supervision.outage)
    }

    /// Conditions that last.
    var activeFaults: FaultSet {
        faults.reduce(into: FaultSet()) { set, fault in if fault.isActive { set.insert(FaultSet(fault.kind)) } }
    }

    /// Whether its loss is to be known: it is in the registry and was seen at least once.
    var isSupervised: Bool { isRegistered && !boots.isEmpty }

    /// Notes the boot of a HELLO.
    func connected(boot: UInt32) {
        guard !boots.contains(boot) else { return }
        if boots.count == Self.bootsMax { boots.removeFirst() }
        boots.append(boot)
    }

    /// Whether the unit sent `message` after `other`, as far as one can know: by its counter within a
    /// boot, by the order in which the boots connected, and where a boot is not known by the journal's
    /// order; but nothing is later than the present boot.
    func isLater(_ message: MessageID, than other: MessageID) -> Bool {
        if message.boot == other.boot { return message.counter > other.counter }
        let place = boots.firstIndex(of: message.boot)
        guard let otherPlace = boots.firstIndex(of: other.boot) else { return true }
        if let place { return place > otherPlace }
        // Of a unit with so many boots, one that is not known is rather forgotten than never connected.
        return boots.count < Self.bootsMax && other.boot != boots.last
    }
}

/// An alert and what the dispatcher alone needs beside it.
final class AlertState {
    var alert: Alert
    /// The press by which stage notices name the alert.
    var latestPress: MessageID
    /// The cancel that marked it.
    var cancelledBy: MessageID?
    /// When it came to its stage, as notices say it: grows with each stage, also when the clock is set back.
    private(set) var stageAt: WallTime
    /// The furthest stage so far; a release goes back.
    private(set) var furthestStage: Stage
    /// How it has been waiting for an officer; of a claimed alert, how it had been.
    var wait: Wait
    /// The centre that cannot serve it; it returns there when that can again and nobody has claimed it.
    var takenFrom: CentreID?

    convenience init(_ alert: Alert) {
        self.init(
            alert, latestPress: alert.press, cancelledBy: nil, stageAt: alert.storedAt, furthestStage: .stored,
            wait: Wait(centre: alert.centre, startedAt: .zero, progressAt: .zero, isSeen: false), takenFrom: nil)
    }

    /// An alert out of all its parts, for a snapshot.
    init(
        _ alert: Alert, latestPress: MessageID, cancelledBy: MessageID?, stageAt: WallTime, furthestStage: Stage,
        wait: Wait, takenFrom: CentreID?
    ) {
        self.alert = alert
        self.latestPress = latestPress
        self.cancelledBy = cancelledBy
        self.stageAt = stageAt
        self.furthestStage = furthestStage
        self.wait = wait
        self.takenFrom = takenFrom
    }

    var key: AlertQueue.Key {
        AlertQueue.Key(priority: alert.queuePriority, escalation: alert.escalation, alert: alert.id)
    }

    /// Brings the alert to a stage and remembers the first time that it came there.
    func move(to stage: Stage, at time: WallTime) {
        alert.stage = stage
        furthestStage = max(furthestStage, stage)
        // Units see milliseconds and take the later of two notices as true.
        let (next, overflow) = stageAt.nanoseconds.addingReportingOverflow(1_000_000)
        stageAt = overflow ? stageAt : max(time, WallTime(nanoseconds: next))
        switch stage {
        case .stored: break
        case .ringing: alert.ringingAt = alert.ringingAt ?? time
        case .answered: alert.answeredAt = alert.answeredAt ?? time
        case .dispatched: alert.dispatchedAt = alert.dispatchedAt ?? time
        case .arrived: alert.arrivedAt = alert.arrivedAt ?? time
        case .closed: alert.closedAt = alert.closedAt ?? time
        }
    }
}

/// What is kept of a closed alert for ever, so that a late repeat or command gets a true answer.
struct ClosedAlert: Hashable, Sendable {
    let closedAt: WallTime
    let owner: OfficerID?
}

/// What names a press among those of its unit.
struct PressKey: Hashable, Comparable, Sendable {
    let boot: UInt32
    let counter: UInt32

    static func < (left: Self, right: Self) -> Bool {
        left.boot != right.boot ? left.boot < right.boot : left.counter < right.counter
    }
}

extension MessageID {
    var key: PressKey { PressKey(boot: boot, counter: counter) }
    init(unit: UnitID, key: PressKey) { self.init(unit: unit, boot: key.boot, counter: key.counter) }
}

/// What is kept of every press for ever.
struct StoredPress: Hashable, Sendable {
    /// The alert it raised or was merged into; of a test call, its own number, which is no alert's.
    let alert: AlertID
    let storedAt: WallTime
}
