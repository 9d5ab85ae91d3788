// Values of every kind, plain and extreme, and bytes in and out.

import AlertModel

/// SplitMix64; tests print the seed.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

func id<Tag>(_ text: String) -> ShortID<Tag> {
    do { return try ShortID(text) } catch { preconditionFailure("\(text): \(error)") }
}

func point(_ latitude: Int32, _ longitude: Int32) -> GeoPoint {
    guard let point = GeoPoint(latitudeE7: latitude, longitudeE7: longitude) else {
        preconditionFailure("\(latitude) \(longitude) is no place")
    }
    return point
}

enum Samples {
    static let unit: UnitID = id("M-36-km-0142.5_B")
    static let area: AreaID = id("AREA_7.north")
    static let centre: CentreID = id("a")
    static let officer: OfficerID = id("aliya.k")
    static let message = MessageID(unit: unit, boot: .max, counter: 7)
    static let time = WallTime(nanoseconds: 1_795_000_000_123_456_789)
    static let place = LastPosition(point: point(-900_000_000, 1_800_000_000), accuracyCm: 0xFF_FFFF, ageS: .max)

    static var presses: [Press] {
        Category.allCases.map {
            Press(
                id: message, category: $0, pressedAt: WallTime(nanoseconds: .min), receivedAt: time,
                position: $0 == .test ? nil : place, results: [.batteryFailed, .cameraFailed])
        }
    }

    static let actions: [CommandAction] = [
        .siren(seconds: .max), .beacon(seconds: 0), .announce(message: 0, language: "kk", text: "көмек келеді"),
        .volume(percent: 100), .cameraPreset(camera: 1, preset: 255), .selfTest([.camera, .button]),
        .sendData([.heartbeat, .faults]), .restart(afterSeconds: 60), .configure(key: "apn", value: ""),
        .move(host: "gw2.example.org", port: 7443), .unknown(kind: 200),
    ]

    static func action(_ note: String, outcome: Outcome? = .referred) -> OfficerAction {
        OfficerAction(
            command: CommandID(.max), alert: AlertID(.max), officer: officer, action: .close, outcome: outcome,
            note: note)
    }

    static var events: [Event] {
        let report = FaultReport(id: message, fault: .linkFlapping, changedAt: time, detail: .min)
        let fixed = Position(
            point: point(511_282_070, 714_306_680), accuracyCm: .max, speedCmS: 1, headingCentidegrees: 35_999,
            fixedAt: time, satellites: 12)
        let measured = Heartbeat(
            power: .mains, batteryPercent: 100, signalDBm: -127, temperatureC: -40, isDoorOpen: true)
        let unmeasured = Heartbeat(
            power: .solar, batteryPercent: nil, signalDBm: nil, temperatureC: nil, isDoorOpen: false)
        var events: [Event] = actions.map {
            .unitCommanded(
                UnitCommand(command: CommandID(5), unit: unit, officer: officer, timeoutS: 1, action: $0))
        }
        events += [
            .gatewayStarted(GatewayStarted(defaultCentre: centre)),
            .centreRegistered(CentreRecord(id: centre, name: "Астана ЦОУ")),
            .centreRegistered(
                CentreRecord(id: centre, name: "", kind: .dutyDesk, point: place.point, state: .standby)),
            .areaRegistered(AreaPart(id: area, centre: centre, index: 15, count: 16, points: corners)),
            .areaRegistered(AreaPart(id: area, centre: centre, index: 0, count: 1, points: [place.point])),
            .areaRemoved(area), .centreRemoved(centre),
            .unitRegistered(
                UnitRecord(
                    id: unit, centre: centre, place: "Абай даңғылы, 1", point: place.point, reportingTimeS: 20)),
            .unitRegistered(UnitRecord(id: unit, centre: centre, place: "", point: nil, reportingTimeS: 180)),
            .unitRegistered(
                UnitRecord(
                    id: unit, centre: centre, place: "М-36", point: nil, reportingTimeS: 90,
                    profile: id("post-4g"),
                    carrier: id("kcell"), secondCarrier: id("beeline"), road: id("M-36"))),
            .unitRemoved(unit),
            .gatewayStarted(GatewayStarted(defaultCentre: centre, supervision: supervision)),
            .profileRegistered(ProfileRecord(id: id("p"), severities: [:])),
            .profileRegistered(
                ProfileRecord(
                    id: id("post-4g"), testEveryH: .max, firmware: .max,
                    severities: [.camera: .recorded, .linkLost: .alert(.urgent), .charger: .alert(.technical)])),
            .linkUp(
                LinkUp(
                    unit: unit, link: LinkID(9), boot: 1, firmware: 2, capabilities: 3, path: 3,
                    clockAheadS: -40, certificateEndsAtS: .max, continues: LinkID(8))),
            .maintenanceSet(
                MaintenanceSet(
                    command: CommandID(3), scope: .road(id("M-36")), durationS: .max, reason: "жол жөндеу",
                    officer: officer)),
            .maintenanceSet(
                MaintenanceSet(
                    command: CommandID(3), scope: .unit(unit), durationS: 60, reason: "x", officer: officer)),
            .maintenanceSet(
                MaintenanceSet(
                    command: CommandID(3), scope: .centre(centre), durationS: 60, reason: "x", officer: officer)),
            .maintenanceEnded(
                MaintenanceEnded(command: CommandID(4), maintenance: JournalSequence(9), officer: officer)),
            .unitCommanded(
                UnitCommand(
                    command: CommandID(5), unit: unit, officer: officer, timeoutS: .max,
                    action: .configure(
                        key: String(repeating: "k", count: CommandAction.keyBytesMax),
                        value: String(repeating: "v", count: CommandAction.valueBytesMax)))),
            .unitCommandAnswered(
                UnitCommandAnswer(
                    unit: unit, id: JournalSequence(9), state: .failed, value: .max,
                    detail: String(repeating: "ә", count: 100))),
            .conditionFound(ConditionFound(unit: unit, fault: .displaced, isActive: true, detail: -1)),
            .conditionFound(ConditionFound(unit: unit, fault: .gpsFrozen, isActive: false, detail: .max)),
            .linkUp(
                LinkUp(
                    unit: unit, link: LinkID(agent: 255, connection: 1), boot: 1, firmware: 2, capabilities: 3)),
            .cancel(Cancel(id: message, pressCounter: 6, cancelledAt: time)),
            .faultBegan(report), .faultEnded(report),
            .alertShown(AlertShown(alert: AlertID(1), officer: officer)),
            .officerAction(
                OfficerAction(
                    command: CommandID(1), alert: AlertID(2), officer: officer, action: .transfer, outcome: nil,
                    note: "жазба", to: centre)),
            .officerAction(action("Патруль жолда 🚓")), .officerAction(action("", outcome: nil)),
            .policyChanged(CentrePolicy(centre: centre, neighbour: centre, dutyDesk: centre)),
            .policyChanged(
                CentrePolicy(centre: centre, priorities: PressPriorities(police: .property, fire: .technical))),
            .auditFound(AlertID(9)),
            .centreWatched(CentreWatched(centre: centre, consoles: .max)),
            .centreStateSet(CentreStateSet(centre: centre, state: .standby, officer: officer)),
            .centreStateSet(
                CentreStateSet(centre: centre, state: .full, officer: officer, command: CommandID(.max))),
            .timerFired(
                TimerFired(
                    key: TimerKey(.escalation, AlertID(.max)), serial: 7, due: JournalTime(nanoseconds: .max))),
            .heartbeat(unit, measured), .heartbeat(unit, unmeasured), .position(unit, fixed),
        ]
        events += presses.map(Event.press)
        events += LinkEnd.allCases.map { .linkDown(LinkDown(unit: unit, link: LinkID(9), end: $0)) }
        events += Stage.allCases.map {
            .stageConfirmed(StageConfirmation(unit: unit, alert: AlertID(3), stage: $0))
        }
        return events
    }

    /// As many corners as a part may have, as far from each other as they can be.
    static var corners: [GeoPoint] {
        (0..<AreaPart.pointsMax).map { point($0 % 2 == 0 ? -900_000_000 : 900_000_000, 1_800_000_000) }
    }

    static let supervision: SupervisionPolicy = {
        var policy = SupervisionPolicy()
        policy.testEveryH = 1
        policy.startGraceS = .max
        return policy
    }()

    /// How long the event's body was before it got its latest fields, the oldest first; empty when it always had them.
    static func olderLengths(of event: Event) -> [Int] {
        switch event {
        case .gatewayStarted: [16]
        case .unitRegistered(let record): [16 + 16 + 2 + 9 + 2 + record.place.utf8.count]
        case .linkUp: [36, 45]
        case .centreRegistered(let centre): [16 + 2 + centre.name.utf8.count]
        case .centreStateSet: [33]
        case .policyChanged: [78]
        default: []
        }
    }

    static func alert(note: String) -> Alert {
        var alert = Alert(
            id: AlertID(5), unit: unit, centre: centre, category: .fire, priority: .life, press: message,
            pressedAt: time, receivedAt: time, storedAt: time, position: place)
        alert.stage = .closed
        alert.changedBy = JournalSequence(99)
        alert.pressCount = .max
        alert.ringingAt = time
        alert.answeredAt = time
        alert.dispatchedAt = time
        alert.arrivedAt = time
        alert.closedAt = time
        alert.cancelledAt = time
        alert.owner = officer
        alert.confirmedStage = .arrived
        alert.outcome = .hoax
        alert.note = note
        alert.escalation = .dutyDesk
        alert.formerCentre = centre
        alert.nextStepAt = time
        alert.ringCount = .max
        alert.auditCount = .max
        alert.queuePriority = .technical
        alert.faults = FaultSet(.linkLost)
        alert.clearedAt = time
        alert.outage = OutageSummary(scope: .gateway, name: "M-36-km-0142.5_B", lost: 7, peak: .max)
        return alert
    }

    static var feed: [FeedEntry] {
        let record = UnitRecord(id: unit, centre: centre, place: "Абай", point: nil, reportingTimeS: 90)
        var entries: [FeedEntry] = [
            .centre(CentreRecord(id: centre, name: "ЦОУ")),
            .unit(UnitStatus(record: record, isOnline: true, isRegistered: false, linkChangedAt: time)),
            .unit(UnitStatus(record: record, isOnline: false, isRegistered: true, linkChangedAt: nil)),
            .unitGone(unit),
            .alert(alert(note: "жазба")),
            .alert(
                Alert(
                    id: AlertID(1), unit: unit, centre: centre, category: .police, priority: .life, press: message,
                    pressedAt: time, receivedAt: time, storedAt: time, position: nil)),
            .result(CommandID(1), .done(AlertID(2))),
        ]
        for (action, state) in zip(actions + actions, UnitCommandState.allCases + UnitCommandState.allCases) {
            entries.append(
                .unitCommand(
                    UnitCommandStatus(
                        id: JournalSequence(.max), unit: unit, officer: officer, action: action.withoutSecrets,
                        state: state, value: 7, detail: "дайын", givenAt: time, dueAt: time, changedAt: time)))
        }
        for watched in [nil, false, true] {
            for flag in [false, true] {
                entries.append(
                    .centreSituation(
                        CentreStatus(
                            centre: centre, state: .disabled, isWatched: watched, isUnreachable: flag,
                            isRemoved: !flag, since: flag ? time : nil)))
            }
        }
        for scope in [.unit(unit), .road(id("M-36")), .centre(centre)] as [MaintenanceScope] {
            entries.append(
                .maintenance(
                    MaintenanceStatus(
                        id: JournalSequence(.max), scope: scope, endsAt: time, reason: "жөндеу", officer: officer,
                        isOver: scope == .unit(unit))))
        }
        for reason in RefusalReason.allCases {
            entries.append(.result(CommandID(3), .refused(reason, owner: nil)))
            entries.append(.result(CommandID(3), .refused(reason, owner: officer)))
        }
        return entries
    }

    static var answers: [UnitAnswer] {
        let link = LinkID(agent: 7, connection: 1 << 55)
        return [.acknowledged(link, boot: 1, counter: .max)]
            + Stage.allCases.map {
                .stage(link, boot: .max, counter: 2, alert: AlertID(.max), stage: $0, at: time)
            } + LinkEnd.allCases.map { .close(link, $0) }
            + actions.map { .command(link, id: JournalSequence(.max), validForS: 60, action: $0) }
    }

    /// Texts longer than any limit, of characters of 1, 2, 3 and 4 bytes and of many scalars.
    static let longTexts = ["a", "ж", "€", "🚓", "👩‍👩‍👧‍👦", "e\u{301}"].map { String(repeating: $0, count: 700) }
}

/// Bytes that `encode` wrote into a buffer of `bytesMax`; nil when it said that they do not fit.
func bytes(_ bytesMax: Int, _ encode: (UnsafeMutableRawBufferPointer) -> Int?) -> [UInt8]? {
    var memory = [UInt8](repeating: 0xEE, count: bytesMax)
    let count = memory.withUnsafeMutableBytes { encode($0) }
    return count.map { Array(memory.prefix($0)) }
}

func decodeEvent(_ kind: UInt8, _ body: [UInt8]) throws -> Event {
    try body.withUnsafeBytes { try Event(kind: kind, body: $0) }
}

func decodeFeed(_ kind: UInt8, _ body: [UInt8]) throws -> (sequence: JournalSequence, entry: FeedEntry) {
    try body.withUnsafeBytes { try FeedEntry.decode(kind: kind, body: $0) }
}

func decodeAnswer(_ kind: UInt8, _ body: [UInt8]) throws -> UnitAnswer {
    try body.withUnsafeBytes { try UnitAnswer(kind: kind, body: $0) }
}

/// Why a closure threw; nil when it did not.
func decodeError(_ body: () throws -> Void) -> DecodeError? {
    do {
        try body()
        return nil
    } catch { return error as? DecodeError }
}
