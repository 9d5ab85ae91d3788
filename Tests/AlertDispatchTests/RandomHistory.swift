// Random events of a small world, valid or absurd, from one seed.

import AlertModel

@testable import AlertDispatch

/// Makes one event after another. Few names and numbers, so that events meet each other.
struct RandomHistory {
    private var random: SplitMix
    private static let units: [UnitID] = (0..<4).map { id("unit-\($0)") }
    private static let officers: [OfficerID] = (0..<2).map { id("officer-\($0)") }
    private static let areas: [AreaID] = [id("area-1"), id("area-2")]
    private static let centres: [CentreID] = [id("astana"), id("almaty"), id("karaganda")]
    private static let profile: ProfileID = id("post")
    private static let carrier: CarrierID = id("kcell")
    private static let road: RoadID = id("M-36")
    private var monotonicNs: UInt64 = 0
    private static let texts = ["", "Абай 1", "a note", String(repeating: "ұ", count: 200)]

    init(seed: UInt64) { random = SplitMix(seed) }

    mutating func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }

    private mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

    private mutating func message(_ unit: UnitID) -> MessageID {
        MessageID(unit: unit, boot: UInt32(below(3)) * 1_000_000_007, counter: UInt32(below(12)))
    }

    /// - Parameter dispatcher: asked for alerts that exist, so that acts meet them.
    mutating func next(_ dispatcher: borrowing Dispatcher) -> (event: Event, at: Instant) {
        let unit = pick(Self.units)
        let officer = pick(Self.officers)
        let open = dispatcher.openAlerts(pick(Self.centres))
        let known = open.isEmpty ? below(Int(dispatcher.lastSequence.value) + 1) : Int(pick(open).id.value)
        let alert = AlertID(UInt64(known))
        let point = GeoPoint(latitudeE7: Int32(below(900_000_000)), longitudeE7: -Int32(below(900_000_000)))
        monotonicNs += UInt64(below(8)) * 1_000_000_000
        let at = Instant(
            wall: WallTime(
                nanoseconds: 1_800_000_000_000_000_000 + Int64(below(1_000_000_000_000)) - 500_000_000_000),
            monotonic: MonotonicTime(nanoseconds: monotonicNs))
        // Now and then a deadline, due or not: one that is not due is somebody else's mistake and must be survived.
        let armed = dispatcher.deadlines.armed.sorted { $0.key < $1.key }
        if !armed.isEmpty, below(4) == 0 {
            let (key, value) = pick(armed)
            let serial = below(10) == 0 ? value.serial &- 1 : value.serial
            return (.timerFired(TimerFired(key: key, serial: serial, due: value.due)), at)
        }
        return (event(unit, officer, alert, below(2) == 0 ? point : nil, at.wall), at)
    }

    private mutating func event(
        _ unit: UnitID, _ officer: OfficerID, _ alert: AlertID, _ point: GeoPoint?, _ now: WallTime
    ) -> Event {
        switch below(25) {
        case 0:
            return .unitRegistered(
                UnitRecord(
                    id: unit, centre: pick(Self.centres), place: pick(Self.texts), point: point,
                    reportingTimeS: 20,
                    profile: below(2) == 0 ? Self.profile : nil, carrier: below(2) == 0 ? Self.carrier : nil,
                    road: below(2) == 0 ? Self.road : nil))
        case 1: return .unitRemoved(unit)
        case 2 where below(2) == 0: return .policyChanged(policy())
        case 3 where below(4) == 0:
            return .conditionFound(
                ConditionFound(
                    unit: unit, fault: pick([.displaced, .gpsFrozen, .clockWrong]), isActive: below(2) == 0,
                    detail: 3))
        case 2 where below(4) == 0:
            return .profileRegistered(
                ProfileRecord(
                    id: Self.profile, testEveryH: below(2) == 0 ? UInt16(below(3)) : nil,
                    severities: [pick(FaultKind.allCases): pick([.recorded, .alert(.property)])])
            )
        case 2: return .centreRegistered(centre(point))
        case 3:
            guard below(3) == 0 else { return .stageConfirmed(confirmation(unit, alert)) }
            var policy = SupervisionPolicy()
            policy.groupUnitsMin = UInt16(2 + below(2))
            policy.testEveryH = UInt16(below(3))
            return .gatewayStarted(GatewayStarted(defaultCentre: pick(Self.centres), supervision: policy))
        case 4, 5:
            return .linkUp(
                LinkUp(
                    unit: unit, link: link(of: unit), boot: UInt32(below(40)), firmware: 1,
                    capabilities: pick([0, Capabilities.known.rawValue]), path: UInt8(below(3))))
        case 6: return .linkDown(LinkDown(unit: unit, link: link(of: unit), end: pick(LinkEnd.allCases)))
        case 7...10:
            let category = pick(AlertModel.Category.allCases)
            return .press(
                Press(
                    id: message(unit), category: category, pressedAt: now, receivedAt: now,
                    position: point.map { LastPosition(point: $0, accuracyCm: 350, ageS: 4) },
                    results: below(2) == 0 ? TestResults(rawValue: UInt8(below(16))) : nil))
        case 11:
            let id = message(unit)
            return .cancel(Cancel(id: id, pressCounter: UInt32(below(12)), cancelledAt: now))
        case 12 where below(3) == 0: return maintenance(unit, officer, alert)
        case 12, 13:
            let report = FaultReport(
                id: message(unit), fault: pick(FaultKind.allCases.filter(\.isReported)), changedAt: now,
                detail: Int32(below(1_000)) - 500)
            return below(2) == 0 ? .faultBegan(report) : .faultEnded(report)
        case 14: return .alertShown(AlertShown(alert: alert, officer: officer))
        case 15 where below(2) == 0: return .auditFound(alert)
        case 16 where below(2) == 0:
            return .centreWatched(CentreWatched(centre: pick(Self.centres), consoles: UInt16(below(2))))
        case 16:
            return .centreStateSet(
                CentreStateSet(
                    centre: pick(Self.centres), state: pick(CentreState.allCases), officer: officer,
                    command: below(2) == 0 ? nil : CommandID(random.next())))
        case 17: return .areaRegistered(part())
        case 18 where below(3) == 0: return .areaRemoved(pick(Self.areas))
        case 18 where below(3) == 0: return .centreRemoved(pick(Self.centres))
        case 15: return .stageConfirmed(confirmation(unit, alert))
        case 19, 20: return unitCommand(unit, officer, alert)
        default:
            let action = below(2) == 0 ? pick([.claim, .close]) : pick(ActionKind.allCases)
            return .officerAction(
                OfficerAction(
                    command: CommandID(random.next()), alert: alert, officer: officer, action: action,
                    outcome: action == .close ? pick(Outcome.allCases) : nil, note: pick(Self.texts),
                    to: action == .transfer && below(5) > 0 ? pick(Self.centres) : nil))
        }
    }

    private mutating func centre(_ point: GeoPoint?) -> CentreRecord {
        CentreRecord(
            id: pick(Self.centres), name: pick(Self.texts), kind: pick(CentreKind.allCases), point: point,
            state: pick(CentreState.allCases))
    }

    /// Parts that follow each other and parts that do not; rings of any shape in which positions lie.
    private mutating func part() -> AreaPart {
        let count = UInt8(1 + below(3))
        var points: [GeoPoint] = []
        for _ in 0...below(5) {
            if let point = GeoPoint(
                latitudeE7: Int32(below(900_000_000)), longitudeE7: -Int32(below(900_000_000)))
            {
                points.append(point)
            }
        }
        return AreaPart(
            id: pick(Self.areas), centre: pick(Self.centres), index: UInt8(below(Int(count))), count: count,
            points: points)
    }

    private mutating func maintenance(_ unit: UnitID, _ officer: OfficerID, _ alert: AlertID) -> Event {
        guard below(3) > 0 else {
            return .maintenanceEnded(
                MaintenanceEnded(
                    command: CommandID(random.next()), maintenance: JournalSequence(alert.value), officer: officer)
            )
        }
        let scope = pick([MaintenanceScope.unit(unit), .road(Self.road), .centre(pick(Self.centres))])
        return .maintenanceSet(
            MaintenanceSet(
                command: CommandID(random.next()), scope: scope, durationS: UInt32(below(40)),
                reason: pick(Self.texts), officer: officer))
    }

    private mutating func unitCommand(_ unit: UnitID, _ officer: OfficerID, _ alert: AlertID) -> Event {
        guard below(3) > 0 else {
            return .unitCommandAnswered(
                UnitCommandAnswer(
                    unit: unit, id: JournalSequence(alert.value), state: pick(UnitCommandState.allCases),
                    value: UInt32(below(9)), detail: pick(Self.texts)))
        }
        let action = pick([
            CommandAction.siren(seconds: UInt16(below(9))), .beacon(seconds: 1),
            .announce(message: UInt16(below(2)), language: pick(["kk", ""]), text: pick(Self.texts)),
            .volume(percent: UInt8(below(110))), .cameraPreset(camera: 1, preset: 2),
            .selfTest([.camera, .siren]),
            .sendData(.faults), .restart(afterSeconds: 2),
            .configure(key: pick(["apn", ""]), value: pick(Self.texts)),
            .move(host: "gw2.example.org", port: UInt16(below(2))), .unknown(kind: 99),
        ])
        return .unitCommanded(
            UnitCommand(
                command: CommandID(random.next()), unit: unit, officer: officer, timeoutS: UInt16(below(20)),
                action: action))
    }

    /// Steps in any order, targets that are the centre itself or nobody's.
    private mutating func policy() -> CentrePolicy {
        var seconds: [UInt16] = []
        for _ in 0..<6 { seconds.append(UInt16(below(4) == 0 ? 0 : below(20))) }
        var targets: [CentreID?] = []
        for _ in 0..<3 { targets.append(below(3) == 0 ? nil : pick(Self.centres)) }
        return CentrePolicy(
            centre: pick(Self.centres), reRingS: seconds[0], supervisorsS: seconds[1], neighbourS: seconds[2],
            failoverS: seconds[3], dutyDeskS: seconds[4], unseenS: seconds[5], starvationS: UInt16(below(9)),
            neighbour: targets[0],
            failover: targets[1], dutyDesk: targets[2],
            priorities: PressPriorities(fire: pick([.life, .property]), roadAccident: pick([.urgent, .life])))
    }

    private mutating func confirmation(_ unit: UnitID, _ alert: AlertID) -> StageConfirmation {
        StageConfirmation(unit: unit, alert: alert, stage: pick(Stage.allCases))
    }

    /// A link belongs to one unit.
    private mutating func link(of unit: UnitID) -> LinkID {
        LinkID(UInt64(unit.byte(at: unit.length - 1)) << 8 | UInt64(below(4)))
    }
}
