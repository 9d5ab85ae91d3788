// Everything that happens, as one closed list. An urgent event is journaled before it is applied and
// is the only thing that changes an alert; a routine event may be shed and is never journaled.

/// One thing that happened.
public enum Event: Hashable, Sendable {
    /// A gateway process took over; every link of an earlier one is gone.
    case gatewayStarted(GatewayStarted)
    /// A centre exists, or its data changed.
    case centreRegistered(CentreRecord)
    /// A unit exists, or its data changed.
    case unitRegistered(UnitRecord)
    /// A unit is no longer in the registry.
    case unitRemoved(UnitID)
    /// A centre's escalation policy is this from now on.
    case policyChanged(CentrePolicy)
    /// A part of an area's border; with the last part the area exists, or is changed.
    case areaRegistered(AreaPart)
    /// An area is no longer in the registry.
    case areaRemoved(AreaID)
    /// A centre is no longer in the registry.
    case centreRemoved(CentreID)
    /// A kind of unit exists, or its data changed.
    case profileRegistered(ProfileRecord)
    /// A unit's connection is established and its HELLO was accepted.
    case linkUp(LinkUp)
    /// A unit's connection ended.
    case linkDown(LinkDown)
    /// A button was pressed.
    case press(Press)
    /// The caller took a press back.
    case cancel(Cancel)
    /// A technical condition began.
    case faultBegan(FaultReport)
    /// A technical condition ended.
    case faultEnded(FaultReport)
    /// A unit confirmed a stage notice: its lamp is lit.
    case stageConfirmed(StageConfirmation)
    /// A console confirmed that it shows an alert.
    case alertShown(AlertShown)
    /// An officer acts on an alert.
    case officerAction(OfficerAction)
    /// Consoles of a centre came or went.
    case centreWatched(CentreWatched)
    /// A supervisor says how a centre stands.
    case centreStateSet(CentreStateSet)
    /// Maintenance of a unit, a road or a centre begins.
    case maintenanceSet(MaintenanceSet)
    /// Maintenance ends before its time.
    case maintenanceEnded(MaintenanceEnded)
    /// An officer gives a unit a command.
    case unitCommanded(UnitCommand)
    /// A unit says what came of a command.
    case unitCommandAnswered(UnitCommandAnswer)
    /// A deadline fell due.
    case timerFired(TimerFired)
    /// The auditor found an open alert that nobody looks at.
    case auditFound(AlertID)
    /// The gateway found a condition of a unit, or found it ended.
    case conditionFound(ConditionFound)
    /// Routine: a unit is alive, and how it is.
    case heartbeat(UnitID, Heartbeat)
    /// Routine: where a unit is.
    case position(UnitID, Position)
}

extension Event {
    /// The event's permanent number in the journal and in the ring.
    public enum Kind: UInt8, CaseIterable, Hashable, Sendable {
        case gatewayStarted = 1
        case centreRegistered = 2
        case unitRegistered = 3
        case unitRemoved = 4
        case policyChanged = 5
        case areaRegistered = 6
        case areaRemoved = 7
        case centreRemoved = 8
        case profileRegistered = 9
        case linkUp = 10
        case linkDown = 11
        case press = 16
        case cancel = 17
        case faultBegan = 18
        case faultEnded = 19
        case stageConfirmed = 20
        case alertShown = 32
        case officerAction = 33
        case centreWatched = 34
        case centreStateSet = 35
        case maintenanceSet = 36
        case maintenanceEnded = 37
        case unitCommanded = 38
        case unitCommandAnswered = 39
        case timerFired = 40
        case auditFound = 41
        case conditionFound = 42
        case heartbeat = 64
        case position = 65

        /// Whether the event is journaled and may not be shed.
        public var isUrgent: Bool { rawValue < 64 }
    }

    public var kind: Kind {
        switch self {
        case .gatewayStarted: .gatewayStarted
        case .centreRegistered: .centreRegistered
        case .unitRegistered: .unitRegistered
        case .unitRemoved: .unitRemoved
        case .policyChanged: .policyChanged
        case .areaRegistered: .areaRegistered
        case .areaRemoved: .areaRemoved
        case .centreRemoved: .centreRemoved
        case .profileRegistered: .profileRegistered
        case .linkUp: .linkUp
        case .linkDown: .linkDown
        case .press: .press
        case .cancel: .cancel
        case .faultBegan: .faultBegan
        case .faultEnded: .faultEnded
        case .stageConfirmed: .stageConfirmed
        case .alertShown: .alertShown
        case .officerAction: .officerAction
        case .centreWatched: .centreWatched
        case .centreStateSet: .centreStateSet
        case .maintenanceSet: .maintenanceSet
        case .maintenanceEnded: .maintenanceEnded
        case .unitCommanded: .unitCommanded
        case .unitCommandAnswered: .unitCommandAnswered
        case .timerFired: .timerFired
        case .auditFound: .auditFound
        case .conditionFound: .conditionFound
        case .heartbeat: .heartbeat
        case .position: .position
        }
    }
}

/// A gateway process took over, with the policy it brings.
public struct GatewayStarted: Hashable, Sendable {
    /// Where alerts of unregistered units go: an alert is never without a queue.
    public let defaultCentre: CentreID
    public let supervision: SupervisionPolicy

    public init(defaultCentre: CentreID, supervision: SupervisionPolicy = SupervisionPolicy()) {
        self.defaultCentre = defaultCentre
        self.supervision = supervision
    }
}

/// A control centre as the registry has it.
public struct CentreRecord: Hashable, Sendable {
    public let id: CentreID
    /// The name people read; at most ``nameBytesMax`` bytes of UTF-8.
    public let name: String
    public let kind: CentreKind
    /// Where it is; a duty desk without one is near nobody.
    public let point: GeoPoint?
    /// How it stands by the registry. Counts when it becomes another: in between supervisors say.
    public let state: CentreState
    /// A centre's or unit's name and place each fit one line on a console.
    public static let nameBytesMax = 120

    public init(
        id: CentreID, name: String, kind: CentreKind = .centre, point: GeoPoint? = nil,
        state: CentreState = .active
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.point = point
        self.state = state
    }
}

/// A unit as the registry has it.
public struct UnitRecord: Hashable, Sendable {
    public let id: UnitID
    public let centre: CentreID
    /// The place people read, such as a street and house or a road and kilometre.
    public let place: String
    /// Where it was surveyed; nil for a moving unit.
    public let point: GeoPoint?
    /// Within how many seconds its loss must be known: 20, 90 or 180 (EN 50136-1).
    public let reportingTimeS: UInt16
    /// Which kind of unit it is; nil for the standing one.
    public let profile: ProfileID?
    /// By whose networks it is connected; nil where it is not by radio or nobody said.
    public let carrier: CarrierID?
    public let secondCarrier: CarrierID?
    /// The road it stands at.
    public let road: RoadID?

    public init(
        id: UnitID, centre: CentreID, place: String, point: GeoPoint?, reportingTimeS: UInt16,
        profile: ProfileID? = nil, carrier: CarrierID? = nil, secondCarrier: CarrierID? = nil, road: RoadID? = nil
    ) {
        self.id = id
        self.centre = centre
        self.place = place
        self.point = point
        self.reportingTimeS = reportingTimeS
        self.profile = profile
        self.carrier = carrier
        self.secondCarrier = secondCarrier
        self.road = road
    }
}

/// A unit's connection came up.
public struct LinkUp: Hashable, Sendable {
    public let unit: UnitID
    public let link: LinkID
    public let boot: UInt32
    /// Firmware version as the unit counts it.
    public let firmware: UInt32
    /// Bits of the unit protocol's capabilities.
    public let capabilities: UInt32
    /// Which of the unit's paths, 1 to ``pathMax``; 0 when it does not say. A greater one is taken as 0.
    public let path: UInt8
    /// A snapshot has four bits for it, the wire three values.
    public static let pathMax: UInt8 = 3
    /// How far the unit's clock was ahead of the gateway's, seconds; nil when it has no clock.
    public let clockAheadS: Int32?
    /// End of its certificate's validity, seconds since 1970; 0 when not known.
    public let certificateEndsAtS: UInt32
    /// The link, lost or half open, whose session it carries on; nil for a session that begins.
    public let continues: LinkID?

    public init(
        unit: UnitID, link: LinkID, boot: UInt32, firmware: UInt32, capabilities: UInt32, path: UInt8 = 0,
        clockAheadS: Int32? = nil, certificateEndsAtS: UInt32 = 0, continues: LinkID? = nil
    ) {
        self.continues = continues
        self.path = path <= Self.pathMax ? path : 0
        self.clockAheadS = clockAheadS
        self.certificateEndsAtS = certificateEndsAtS
        self.unit = unit
        self.link = link
        self.boot = boot
        self.firmware = firmware
        self.capabilities = capabilities
    }
}

/// A unit's connection ended.
public struct LinkDown: Hashable, Sendable {
    public let unit: UnitID
    public let link: LinkID
    public let end: LinkEnd

    public init(unit: UnitID, link: LinkID, end: LinkEnd) {
        self.unit = unit
        self.link = link
        self.end = end
    }
}

/// A press, as the gateway received it.
public struct Press: Hashable, Sendable {
    public let id: MessageID
    public let category: Category
    /// By the unit's clock, which may be wrong.
    public let pressedAt: WallTime
    /// By the gateway's clock.
    public let receivedAt: WallTime
    public let position: LastPosition?
    /// What a test call found; nil when the unit does not say, and with every other press.
    public let results: TestResults?

    public init(
        id: MessageID, category: Category, pressedAt: WallTime, receivedAt: WallTime, position: LastPosition?,
        results: TestResults? = nil
    ) {
        self.results = category == .test ? results : nil
        self.id = id
        self.category = category
        self.pressedAt = pressedAt
        self.receivedAt = receivedAt
        self.position = position
    }
}

/// A caller took a press back.
public struct Cancel: Hashable, Sendable {
    public let id: MessageID
    /// Counter of the press that is taken back, in the same boot.
    public let pressCounter: UInt32
    /// By the unit's clock.
    public let cancelledAt: WallTime

    public init(id: MessageID, pressCounter: UInt32, cancelledAt: WallTime) {
        self.id = id
        self.pressCounter = pressCounter
        self.cancelledAt = cancelledAt
    }
}

/// A technical condition began or ended.
public struct FaultReport: Hashable, Sendable {
    public let id: MessageID
    public let fault: FaultKind
    /// By the unit's clock.
    public let changedAt: WallTime
    /// A number whose meaning the fault's kind gives, such as percent or degrees.
    public let detail: Int32

    public init(id: MessageID, fault: FaultKind, changedAt: WallTime, detail: Int32) {
        self.id = id
        self.fault = fault
        self.changedAt = changedAt
        self.detail = detail
    }
}

/// A unit lit the lamp of a stage.
public struct StageConfirmation: Hashable, Sendable {
    public let unit: UnitID
    public let alert: AlertID
    public let stage: Stage

    public init(unit: UnitID, alert: AlertID, stage: Stage) {
        self.unit = unit
        self.alert = alert
        self.stage = stage
    }
}

/// A console shows an alert to a person.
public struct AlertShown: Hashable, Sendable {
    public let alert: AlertID
    public let officer: OfficerID

    public init(alert: AlertID, officer: OfficerID) {
        self.alert = alert
        self.officer = officer
    }
}

/// An officer's act.
public struct OfficerAction: Hashable, Sendable {
    public let command: CommandID
    public let alert: AlertID
    public let officer: OfficerID
    public let action: ActionKind
    /// Mandatory at ``ActionKind/close``, nil otherwise.
    public let outcome: Outcome?
    /// At most ``noteBytesMax`` bytes of UTF-8.
    public let note: String
    /// The centre at ``ActionKind/transfer``, nil otherwise.
    public let to: CentreID?
    /// A note is a few sentences; with it an event still fits 9 slots of 64 bytes.
    public static let noteBytesMax = 500

    public init(
        command: CommandID, alert: AlertID, officer: OfficerID, action: ActionKind, outcome: Outcome?,
        note: String,
        to: CentreID? = nil
    ) {
        self.command = command
        self.alert = alert
        self.officer = officer
        self.action = action
        self.outcome = outcome
        self.note = note
        self.to = to
    }
}
