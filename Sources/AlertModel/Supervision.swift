// What a gateway's configuration and its registry say about the supervision of units.

/// Tag of ``ProfileID``.
public enum ProfileTag: Sendable {}
/// Names a kind of unit in the registry.
public typealias ProfileID = ShortID<ProfileTag>
/// Tag of ``CarrierID``.
public enum CarrierTag: Sendable {}
/// Names a network operator in the registry.
public typealias CarrierID = ShortID<CarrierTag>
/// Tag of ``RoadID``.
public enum RoadTag: Sendable {}
/// Names a road in the registry.
public typealias RoadID = ShortID<RoadTag>

/// The gateway's rules of supervision; it brings them at each start.
public struct SupervisionPolicy: Hashable, Sendable {
    /// Hours within which each unit must make a test call (EN 81-28: 72); 0 asks for none.
    public var testEveryH: UInt16 = 72
    /// Metres from its surveyed point beyond which a fixed unit counts as displaced.
    public var displacedM: UInt16 = 50
    /// So many units lost together are an outage, when they are also ``groupSharePercent`` of what they share.
    public var groupUnitsMin: UInt16 = 5
    /// Percent of the supervised units of a carrier, road, region or gateway.
    public var groupSharePercent: UInt16 = 20
    /// So many lost connections within ``flapWindowS`` seconds are a flapping link; it is calm again after as long
    /// without one. 0 never finds one.
    public var flapDowns: UInt16 = 5
    public var flapWindowS: UInt16 = 600
    /// So many presses within ``stormWindowS`` seconds are a storm: a stuck button or a child. 0 never finds one.
    public var stormPresses: UInt16 = 20
    public var stormWindowS: UInt16 = 60
    /// Seconds that units have after a start of the gateway, beside their reporting time, to come back.
    public var startGraceS: UInt16 = 60

    public init() {}
}

extension SupervisionPolicy {
    /// ```
    ///  0 test every h 2 | 2 displaced m 2 | 4 group units 2 | 6 group percent 2 | 8 flap downs 2 | 10 flap window s 2
    /// 12 storm presses 2 | 14 storm window s 2 | 16 start grace s 2
    /// ```
    func encode(to writer: inout ByteWriter) {
        for value in [
            testEveryH, displacedM, groupUnitsMin, groupSharePercent, flapDowns, flapWindowS, stormPresses,
            stormWindowS, startGraceS,
        ] { writer.write(value) }
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        testEveryH = try reader.read()
        displacedM = try reader.read()
        groupUnitsMin = try reader.read()
        groupSharePercent = try reader.read()
        flapDowns = try reader.read()
        flapWindowS = try reader.read()
        stormPresses = try reader.read()
        stormWindowS = try reader.read()
        startGraceS = try reader.read()
    }
}

/// A kind of unit as the registry has it.
public struct ProfileRecord: Hashable, Sendable {
    /// How loud a fault is with units of a profile.
    public enum Severity: Hashable, Sendable {
        /// As ``FaultKind/defaultSeverity`` says.
        case standing
        /// It is recorded and calls nobody.
        case recorded
        /// An alert of this priority.
        case alert(Priority)

        /// The alert's priority; nil when it is only recorded. Outer nil: it stands as it is.
        public var priority: Priority?? {
            switch self {
            case .standing: .none
            case .recorded: .some(nil)
            case .alert(let priority): priority
            }
        }
    }

    public let id: ProfileID
    /// Hours within which its units must make a test call; nil as the gateway says.
    public let testEveryH: UInt16?
    /// The firmware its units must have; nil when any will do.
    public let firmware: UInt32?
    /// By ``FaultKind``; a kind that is not named stands as it is.
    public let severities: [FaultKind: Severity]

    public init(
        id: ProfileID, testEveryH: UInt16? = nil, firmware: UInt32? = nil, severities: [FaultKind: Severity]
    ) {
        self.id = id
        self.testEveryH = testEveryH
        self.firmware = firmware
        self.severities = severities.filter { $0.value != .standing }
    }

    /// How loud a fault is; nil when it calls nobody.
    public func severity(_ kind: FaultKind) -> Priority? {
        switch severities[kind] ?? .standing {
        case .standing: kind.defaultSeverity
        case .recorded: nil
        case .alert(let priority): priority
        }
    }
}

extension ProfileRecord {
    /// ```
    ///  0 id 16 | 16 has 1 (1 test, 2 firmware) | 17 test every h 2 | 19 firmware 4 | 23 count 1
    /// 24 for each severity: kind 1, priority 1 (255 recorded)
    /// ```
    public func encode(to writer: inout ByteWriter) {
        writer.write(id)
        writer.write(UInt8((testEveryH == nil ? 0 : 1) | (firmware == nil ? 0 : 2)))
        writer.write(testEveryH ?? 0)
        writer.write(firmware ?? 0)
        writer.write(UInt8(clamping: severities.count))
        for (kind, severity) in severities.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            writer.write(kind.rawValue)
            if case .alert(let priority) = severity {
                writer.write(priority.rawValue)
            } else {
                writer.write(UInt8.max)
            }
        }
    }

    public init(from reader: inout ByteReader) throws(DecodeError) {
        let id: ProfileID = try reader.read()
        let has = try reader.read(UInt8.self)
        let testEveryH = try reader.read(UInt16.self)
        let firmware = try reader.read(UInt32.self)
        var severities: [FaultKind: Severity] = [:]
        for _ in 0..<(try reader.read(UInt8.self)) {
            let kind = try reader.read(FaultKind.self)
            let offset = reader.offset
            let value = try reader.read(UInt8.self)
            if value == .max {
                severities[kind] = .recorded
            } else if let priority = Priority(rawValue: value) {
                severities[kind] = .alert(priority)
            } else {
                throw DecodeError(.badValue, offset: offset)
            }
        }
        self.init(
            id: id, testEveryH: has & 1 == 0 ? nil : testEveryH, firmware: has & 2 == 0 ? nil : firmware,
            severities: severities)
    }
}

/// A condition of a unit that the gateway found itself, or found ended.
public struct ConditionFound: Hashable, Sendable {
    public let unit: UnitID
    public let fault: FaultKind
    public let isActive: Bool
    /// A number whose meaning the fault's kind gives.
    public let detail: Int32

    public init(unit: UnitID, fault: FaultKind, isActive: Bool, detail: Int32) {
        self.unit = unit
        self.fault = fault
        self.isActive = isActive
        self.detail = detail
    }
}

extension ConditionFound {
    /// ```
    /// 0 unit 16 | 16 fault 1 | 17 lasts 1 | 18 detail 4
    /// ```
    func encode(to writer: inout ByteWriter) {
        writer.write(unit)
        writer.write(fault.rawValue)
        writer.write(UInt8(isActive ? 1 : 0))
        writer.write(detail)
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        self.init(
            unit: try reader.read(), fault: try reader.read(FaultKind.self),
            isActive: try reader.read(UInt8.self) != 0, detail: try reader.read())
    }
}
