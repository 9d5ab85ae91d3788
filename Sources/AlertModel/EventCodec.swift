// Events as bytes: the same body in the ring and in the journal, so that nothing is translated between.
// Little-endian. Layouts are permanent; a new field goes to the end and is absent in older records.

extension Event {
    /// The largest body: a command that sets a unit's longest setting.
    public static let bodyBytesMax = 1_144
    /// A press fills one 64-byte slot behind the ring's 8-byte header.
    public static let pressBodyBytes = 56

    /// Writes the event's body.
    ///
    /// ```
    /// press      0 unit 16 | 16 boot 4 | 20 counter 4 | 24 pressedAt ns 8 | 32 receivedAt ns 8
    ///           40 latitude 4 | 44 longitude 4 | 48 accuracy cm 3 | 51 category 1
    ///           52 fix age s 2 | 54 has 1 (1 position, 2 test results) | 55 test results 1
    /// ```
    /// - Parameter buffer: at least ``bodyBytesMax`` bytes, or as many as the event needs.
    /// - Returns: bytes written; nil when `buffer` is too small.
    public func encode(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        var writer = ByteWriter(buffer)
        switch self {
        case .gatewayStarted(let started): started.encode(to: &writer)
        case .centreRegistered(let centre): centre.encode(to: &writer)
        case .unitRegistered(let unit): unit.encode(to: &writer)
        case .unitRemoved(let unit): writer.write(unit)
        case .policyChanged(let policy): policy.encode(to: &writer)
        case .areaRegistered(let part): part.encode(to: &writer)
        case .areaRemoved(let area): writer.write(area)
        case .centreRemoved(let centre): writer.write(centre)
        case .profileRegistered(let profile): profile.encode(to: &writer)
        case .linkUp(let link): link.encode(to: &writer)
        case .linkDown(let link): link.encode(to: &writer)
        case .press(let press): press.encode(to: &writer)
        case .cancel(let cancel): cancel.encode(to: &writer)
        case .faultBegan(let report), .faultEnded(let report): report.encode(to: &writer)
        case .stageConfirmed(let confirmation): confirmation.encode(to: &writer)
        case .alertShown(let shown): shown.encode(to: &writer)
        case .officerAction(let action): action.encode(to: &writer)
        case .centreWatched(let watched): watched.encode(to: &writer)
        case .centreStateSet(let set): set.encode(to: &writer)
        case .maintenanceSet(let set): set.encode(to: &writer)
        case .maintenanceEnded(let ended): ended.encode(to: &writer)
        case .unitCommanded(let command): command.encode(to: &writer)
        case .unitCommandAnswered(let answer): answer.encode(to: &writer)
        case .conditionFound(let found): found.encode(to: &writer)
        case .timerFired(let fired): fired.encode(to: &writer)
        case .auditFound(let alert): writer.write(alert.value)
        case .heartbeat(let unit, let heartbeat):
            writer.write(unit)
            heartbeat.encode(to: &writer)
        case .position(let unit, let position):
            writer.write(unit)
            position.encode(to: &writer)
        }
        return writer.overflowed ? nil : writer.count
    }

    /// Reads an event's body; bytes behind the known fields are left alone.
    ///
    /// - Throws: ``DecodeError`` with reason and offset.
    public init(kind rawKind: UInt8, body: UnsafeRawBufferPointer) throws(DecodeError) {
        guard let kind = Kind(rawValue: rawKind) else { throw DecodeError(.unknownKind(rawKind), offset: 0) }
        var reader = ByteReader(body)
        switch kind {
        case .gatewayStarted: self = .gatewayStarted(try GatewayStarted(from: &reader))
        case .centreRegistered: self = .centreRegistered(try CentreRecord(from: &reader))
        case .unitRegistered: self = .unitRegistered(try UnitRecord(from: &reader))
        case .unitRemoved: self = .unitRemoved(try reader.read())
        case .profileRegistered: self = .profileRegistered(try ProfileRecord(from: &reader))
        case .linkUp: self = .linkUp(try LinkUp(from: &reader))
        case .linkDown: self = .linkDown(try LinkDown(from: &reader))
        case .press: self = .press(try Press(from: &reader))
        case .cancel: self = .cancel(try Cancel(from: &reader))
        case .faultBegan: self = .faultBegan(try FaultReport(from: &reader))
        case .faultEnded: self = .faultEnded(try FaultReport(from: &reader))
        case .stageConfirmed: self = .stageConfirmed(try StageConfirmation(from: &reader))
        case .alertShown: self = .alertShown(try AlertShown(from: &reader))
        case .officerAction: self = .officerAction(try OfficerAction(from: &reader))
        case .policyChanged: self = .policyChanged(try CentrePolicy(from: &reader))
        case .areaRegistered: self = .areaRegistered(try AreaPart(from: &reader))
        case .areaRemoved: self = .areaRemoved(try reader.read())
        case .centreRemoved: self = .centreRemoved(try reader.read())
        case .auditFound: self = .auditFound(AlertID(try reader.read()))
        case .centreWatched: self = .centreWatched(try CentreWatched(from: &reader))
        case .centreStateSet: self = .centreStateSet(try CentreStateSet(from: &reader))
        case .maintenanceSet: self = .maintenanceSet(try MaintenanceSet(from: &reader))
        case .maintenanceEnded: self = .maintenanceEnded(try MaintenanceEnded(from: &reader))
        case .unitCommanded: self = .unitCommanded(try UnitCommand(from: &reader))
        case .unitCommandAnswered: self = .unitCommandAnswered(try UnitCommandAnswer(from: &reader))
        case .conditionFound: self = .conditionFound(try ConditionFound(from: &reader))
        case .timerFired: self = .timerFired(try TimerFired(from: &reader))
        case .heartbeat: self = .heartbeat(try reader.read(), try Heartbeat(from: &reader))
        case .position: self = .position(try reader.read(), try Position(from: &reader))
        }
    }
}

extension GatewayStarted {
    func encode(to writer: inout ByteWriter) {
        writer.write(defaultCentre)
        supervision.encode(to: &writer)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        let centre: CentreID = try reader.read()
        let isOld = reader.remaining == 0
        self.init(
            defaultCentre: centre, supervision: isOld ? SupervisionPolicy() : try SupervisionPolicy(from: &reader))
    }
}

extension CentreRecord {
    /// Identifier, name, then kind, point and state; older records end behind the name.
    func encode(to writer: inout ByteWriter) {
        writer.write(id)
        writer.write(name, bytesMax: Self.nameBytesMax)
        writer.write(kind.rawValue)
        writer.write(optional: point)
        writer.write(state.rawValue)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        let id: CentreID = try reader.read()
        let name = try reader.readText()
        guard reader.remaining > 0 else {
            self.init(id: id, name: name)
            return
        }
        self.init(
            id: id, name: name, kind: try reader.read(CentreKind.self), point: try reader.readOptionalPoint(),
            state: try reader.read(CentreState.self))
    }
}

extension UnitRecord {
    func encode(to writer: inout ByteWriter) {
        writer.write(id)
        writer.write(centre)
        writer.write(reportingTimeS)
        writer.write(optional: point)
        writer.write(place, bytesMax: CentreRecord.nameBytesMax)
        writer.write(optional: profile)
        writer.write(optional: carrier)
        writer.write(optional: secondCarrier)
        writer.write(optional: road)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        let id: UnitID = try reader.read()
        let centre: CentreID = try reader.read()
        let reportingTimeS = try reader.read(UInt16.self)
        let point = try reader.readOptionalPoint()
        let place = try reader.readText()
        guard reader.remaining > 0 else {
            self.init(id: id, centre: centre, place: place, point: point, reportingTimeS: reportingTimeS)
            return
        }
        self.init(
            id: id, centre: centre, place: place, point: point, reportingTimeS: reportingTimeS,
            profile: try reader.readOptional(ProfileID.self), carrier: try reader.readOptional(CarrierID.self),
            secondCarrier: try reader.readOptional(CarrierID.self), road: try reader.readOptional(RoadID.self))
    }
}

extension LinkUp {
    func encode(to writer: inout ByteWriter) {
        writer.write(unit)
        writer.write(link.value)
        writer.write(boot)
        writer.write(firmware)
        writer.write(capabilities)
        writer.write(path)
        writer.write(clockAheadS ?? Self.noClock)
        writer.write(certificateEndsAtS)
        // No link has the number 0.
        writer.write(continues?.value ?? 0)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        let unit: UnitID = try reader.read()
        let link = LinkID(try reader.read())
        let boot = try reader.read(UInt32.self)
        let firmware = try reader.read(UInt32.self)
        let capabilities = try reader.read(UInt32.self)
        guard reader.remaining > 0 else {
            self.init(unit: unit, link: link, boot: boot, firmware: firmware, capabilities: capabilities)
            return
        }
        let path = try reader.read(UInt8.self)
        let ahead = try reader.read(Int32.self)
        self.init(
            unit: unit, link: link, boot: boot, firmware: firmware, capabilities: capabilities, path: path,
            clockAheadS: ahead == Self.noClock ? nil : ahead, certificateEndsAtS: try reader.read(),
            continues: reader.remaining == 0 ? nil : Self.link(try reader.read()))
    }

    private static func link(_ value: UInt64) -> LinkID? { value == 0 ? nil : LinkID(value) }

    /// Stands for "the unit has no clock".
    private static var noClock: Int32 { .min }
}

extension LinkDown {
    func encode(to writer: inout ByteWriter) {
        writer.write(unit)
        writer.write(link.value)
        writer.write(end.rawValue)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        self.init(unit: try reader.read(), link: LinkID(try reader.read()), end: try reader.read(LinkEnd.self))
    }
}

extension MessageID {
    func encode(to writer: inout ByteWriter) {
        writer.write(unit)
        writer.write(boot)
        writer.write(counter)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        self.init(unit: try reader.read(), boot: try reader.read(), counter: try reader.read())
    }
}

extension Press {
    func encode(to writer: inout ByteWriter) {
        id.encode(to: &writer)
        writer.write(pressedAt.nanoseconds)
        writer.write(receivedAt.nanoseconds)
        writer.write(position?.point.latitudeE7 ?? 0)
        writer.write(position?.point.longitudeE7 ?? 0)
        // Accuracy takes the low 24 bits (167 km and more are all the same: useless), category the high 8.
        writer.write(min(position?.accuracyCm ?? 0, 0xFF_FFFF) | UInt32(category.rawValue) << 24)
        writer.write(position?.ageS ?? 0)
        writer.write(UInt8((position == nil ? 0 : 1) | (results == nil ? 0 : 2)))
        writer.write(results?.rawValue ?? 0)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        let id = try MessageID(from: &reader)
        let pressedAt = WallTime(nanoseconds: try reader.read())
        let receivedAt = WallTime(nanoseconds: try reader.read())
        let placeOffset = reader.offset
        let latitude = try reader.read(Int32.self)
        let longitude = try reader.read(Int32.self)
        let packed = try reader.read(UInt32.self)
        let ageS = try reader.read(UInt16.self)
        let has = try reader.read(UInt8.self)
        let results = try reader.read(UInt8.self)
        guard let category = Category(rawValue: UInt8(packed >> 24)) else {
            throw DecodeError(.badValue, offset: placeOffset + 11)
        }
        var position: LastPosition?
        if has & 1 != 0 {
            guard let point = GeoPoint(latitudeE7: latitude, longitudeE7: longitude) else {
                throw DecodeError(.badValue, offset: placeOffset)
            }
            position = LastPosition(point: point, accuracyCm: packed & 0xFF_FFFF, ageS: ageS)
        }
        self.init(
            id: id, category: category, pressedAt: pressedAt, receivedAt: receivedAt, position: position,
            results: has & 2 == 0 ? nil : TestResults(rawValue: results))
    }
}

extension Cancel {
    func encode(to writer: inout ByteWriter) {
        id.encode(to: &writer)
        writer.write(pressCounter)
        writer.write(cancelledAt.nanoseconds)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        self.init(
            id: try MessageID(from: &reader), pressCounter: try reader.read(),
            cancelledAt: WallTime(nanoseconds: try reader.read()))
    }
}

extension FaultReport {
    func encode(to writer: inout ByteWriter) {
        id.encode(to: &writer)
        writer.write(fault.rawValue)
        writer.write(changedAt.nanoseconds)
        writer.write(detail)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        self.init(
            id: try MessageID(from: &reader), fault: try reader.read(FaultKind.self),
            changedAt: WallTime(nanoseconds: try reader.read()), detail: try reader.read())
    }
}

extension StageConfirmation {
    func encode(to writer: inout ByteWriter) {
        writer.write(unit)
        writer.write(alert.value)
        writer.write(stage.rawValue)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        self.init(unit: try reader.read(), alert: AlertID(try reader.read()), stage: try reader.read(Stage.self))
    }
}

extension AlertShown {
    func encode(to writer: inout ByteWriter) {
        writer.write(alert.value)
        writer.write(officer)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        self.init(alert: AlertID(try reader.read()), officer: try reader.read())
    }
}

extension OfficerAction {
    func encode(to writer: inout ByteWriter) {
        writer.write(command.value)
        writer.write(alert.value)
        writer.write(officer)
        writer.write(action.rawValue)
        writer.write(outcome?.rawValue ?? 0)
        writer.write(note, bytesMax: Self.noteBytesMax)
        // Only where it means something: what was written before the act existed reads as it always did.
        if action == .transfer { writer.write(optional: to) }
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        let command = CommandID(try reader.read())
        let alert = AlertID(try reader.read())
        let officer: OfficerID = try reader.read()
        let action = try reader.read(ActionKind.self)
        let outcome = try reader.readOptional(Outcome.self)
        let note = try reader.readText()
        let to = action == .transfer ? try reader.readOptional(CentreID.self) : nil
        self.init(
            command: command, alert: alert, officer: officer, action: action, outcome: outcome, note: note, to: to)
    }
}

extension Heartbeat {
    /// Stands for "not measured".
    private static let unknownPercent: UInt8 = 255
    private static let unknownSigned: Int8 = -128

    func encode(to writer: inout ByteWriter) {
        writer.write(power.rawValue)
        writer.write(batteryPercent ?? Self.unknownPercent)
        writer.write(signalDBm ?? Self.unknownSigned)
        writer.write(temperatureC ?? Self.unknownSigned)
        writer.write(UInt8(isDoorOpen ? 1 : 0))
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        let power = try reader.read(PowerSource.self)
        let battery = try reader.read(UInt8.self)
        let signal = try reader.read(Int8.self)
        let temperature = try reader.read(Int8.self)
        self.init(
            power: power, batteryPercent: battery == Self.unknownPercent ? nil : battery,
            signalDBm: signal == Self.unknownSigned ? nil : signal,
            temperatureC: temperature == Self.unknownSigned ? nil : temperature,
            isDoorOpen: try reader.read(UInt8.self) != 0)
    }
}

extension Position {
    func encode(to writer: inout ByteWriter) {
        writer.write(point.latitudeE7)
        writer.write(point.longitudeE7)
        writer.write(accuracyCm)
        writer.write(speedCmS)
        writer.write(headingCentidegrees)
        writer.write(fixedAt.nanoseconds)
        writer.write(satellites)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        self.init(
            point: try reader.readPoint(), accuracyCm: try reader.read(), speedCmS: try reader.read(),
            headingCentidegrees: try reader.read(), fixedAt: WallTime(nanoseconds: try reader.read()),
            satellites: try reader.read())
    }
}
