// What officers handle.

/// An alert and everything that happened to it.
///
/// Written only by the dispatcher; everybody else has a copy as of ``changedBy``.
public struct Alert: Hashable, Sendable {
    public let id: AlertID
    public let unit: UnitID
    public var centre: CentreID
    /// Of a technical alert the loudest of its conditions', so it may change; a caller's never does.
    public var category: Category
    public var priority: Priority
    public var stage: Stage
    /// The journal record of the latest change.
    public var changedBy: JournalSequence
    /// The press that raised it.
    public let press: MessageID
    /// By the unit's clock.
    public let pressedAt: WallTime
    /// By the gateway's clock, when the first press was read from the socket.
    public let receivedAt: WallTime
    /// Presses merged into this alert, the first included; 0 with a technical alert.
    public var pressCount: UInt32
    public var lastPressAt: WallTime
    public var position: LastPosition?
    public var storedAt: WallTime
    public var ringingAt: WallTime?
    public var answeredAt: WallTime?
    public var dispatchedAt: WallTime?
    public var arrivedAt: WallTime?
    public var closedAt: WallTime?
    /// The caller took the press back; the alert stays open.
    public var cancelledAt: WallTime?
    /// The officer who claimed it.
    public var owner: OfficerID?
    /// The last stage whose lamp the unit confirmed.
    public var confirmedStage: Stage?
    public var outcome: Outcome?
    public var note: String
    /// How far it has come while nobody claimed it; once claimed, how far it had come.
    public var escalation: EscalationLevel
    /// The centre from which it came to the present one; nil while it is where it was raised.
    public var formerCentre: CentreID?
    /// When its next step falls due, by the gateway's clock; nil when somebody has it or no step is left.
    public var nextStepAt: WallTime?
    /// How often it was rung again.
    public var ringCount: UInt16
    /// How often the auditor found that nobody looks at it.
    public var auditCount: UInt16
    /// Conditions for which a technical alert stands; empty with a caller's.
    public var faults: FaultSet
    /// When the last of its conditions ended; nil while one lasts, and with a caller's.
    public var clearedAt: WallTime?
    /// The lost units that it stands for; nil with an alert of one unit.
    public var outage: OutageSummary?
    /// Its place in the queue goes by this priority: its own, or one level higher after a long wait.
    public var queuePriority: Priority

    public init(
        id: AlertID, unit: UnitID, centre: CentreID, category: Category, priority: Priority, press: MessageID,
        pressedAt: WallTime, receivedAt: WallTime, storedAt: WallTime, position: LastPosition?
    ) {
        self.id = id
        self.unit = unit
        self.centre = centre
        self.category = category
        self.priority = priority
        self.stage = .stored
        self.changedBy = JournalSequence(id.value)
        self.press = press
        self.pressedAt = pressedAt
        self.receivedAt = receivedAt
        self.pressCount = 1
        self.lastPressAt = receivedAt
        self.position = position
        self.storedAt = storedAt
        self.note = ""
        self.escalation = .none
        self.ringCount = 0
        self.auditCount = 0
        self.queuePriority = priority
        self.faults = []
    }

    /// Whether officers still have to deal with it.
    public var isOpen: Bool { stage != .closed }

    /// Whether the gateway raised it, and not a caller: nobody pressed for it.
    public var isTechnical: Bool { pressCount == 0 }
}

extension Alert {
    /// Writes the alert for the console feed; at most ``FeedEntry/bodyBytesMax`` bytes with the sequence before it.
    func encode(to writer: inout ByteWriter) {
        writer.write(id.value)
        writer.write(centre)
        writer.write(category.rawValue)
        writer.write(priority.rawValue)
        writer.write(stage.rawValue)
        writer.write(changedBy.value)
        press.encode(to: &writer)
        writer.write(pressedAt.nanoseconds)
        writer.write(receivedAt.nanoseconds)
        writer.write(storedAt.nanoseconds)
        writer.write(pressCount)
        writer.write(lastPressAt.nanoseconds)
        writer.write(optional: position?.point)
        writer.write(position?.accuracyCm ?? 0)
        writer.write(position?.ageS ?? 0)
        writer.write(optional: ringingAt)
        writer.write(optional: answeredAt)
        writer.write(optional: dispatchedAt)
        writer.write(optional: arrivedAt)
        writer.write(optional: closedAt)
        writer.write(optional: cancelledAt)
        writer.write(optional: owner)
        writer.write(confirmedStage?.rawValue ?? 0)
        writer.write(outcome?.rawValue ?? 0)
        writer.write(note, bytesMax: OfficerAction.noteBytesMax)
        writer.write(escalation.rawValue)
        writer.write(optional: formerCentre)
        writer.write(optional: nextStepAt)
        writer.write(ringCount)
        writer.write(auditCount)
        writer.write(queuePriority.rawValue)
        writer.write(faults.rawValue)
        writer.write(optional: clearedAt)
        writer.write(UInt8(outage == nil ? 0 : 1))
        outage?.encode(to: &writer)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        id = AlertID(try reader.read())
        centre = try reader.read()
        category = try reader.read()
        priority = try reader.read()
        stage = try reader.read()
        changedBy = JournalSequence(try reader.read())
        press = try MessageID(from: &reader)
        unit = press.unit
        pressedAt = WallTime(nanoseconds: try reader.read())
        receivedAt = WallTime(nanoseconds: try reader.read())
        storedAt = WallTime(nanoseconds: try reader.read())
        pressCount = try reader.read()
        lastPressAt = WallTime(nanoseconds: try reader.read())
        let point = try reader.readOptionalPoint()
        let accuracyCm = try reader.read(UInt32.self)
        let ageS = try reader.read(UInt16.self)
        position = point.map { LastPosition(point: $0, accuracyCm: accuracyCm, ageS: ageS) }
        ringingAt = try reader.readOptionalTime()
        answeredAt = try reader.readOptionalTime()
        dispatchedAt = try reader.readOptionalTime()
        arrivedAt = try reader.readOptionalTime()
        closedAt = try reader.readOptionalTime()
        cancelledAt = try reader.readOptionalTime()
        owner = try reader.readOptional(OfficerID.self)
        confirmedStage = try reader.readOptional()
        outcome = try reader.readOptional()
        note = try reader.readText()
        escalation = try reader.read()
        formerCentre = try reader.readOptional(CentreID.self)
        nextStepAt = try reader.readOptionalTime()
        ringCount = try reader.read()
        auditCount = try reader.read()
        queuePriority = try reader.read()
        faults = FaultSet(rawValue: try reader.read())
        clearedAt = try reader.readOptionalTime()
        outage = try reader.read(UInt8.self) == 0 ? nil : try OutageSummary(from: &reader)
    }
}
