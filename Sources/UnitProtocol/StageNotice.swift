// How far an alert has come, and the unit's word that its lamp shows it.

public import AlertModel

/// STAGE, gateway to unit. The one of stage *stored* answers a press.
///
/// ```
///  0        1        2        3
/// ┌───────────────────────────────────┐
/// │ alert                             │
/// │                                   │
/// ├───────────────────────────────────┤
/// │ boot                              │
/// ├───────────────────────────────────┤
/// │ counter                           │
/// ├───────────────────────────────────┤
/// │ time of the stage, ms since 1970, │
/// │ by the gateway's clock            │
/// ├────────┬──────────────────────────┘
/// │ stage  │
/// └────────┘
/// ```
public struct StageNotice: Hashable, Sendable {
    /// The gateway's number of the alert.
    public let alert: AlertID
    /// Boot of a press of the alert.
    public let boot: UInt32
    /// Counter of that press.
    public let counter: UInt32
    /// How far the alert has come.
    public let stage: Stage
    /// When it came there, by the gateway's clock.
    public let at: WallTime

    /// - Parameter at: whole milliseconds are sent.
    public init(alert: AlertID, boot: UInt32, counter: UInt32, stage: Stage, at: WallTime) {
        self.alert = alert
        self.boot = boot
        self.counter = counter
        self.stage = stage
        self.at = at
    }
}

extension StageNotice: FrameBody {
    init(from reader: inout FrameReader) throws(FrameError) {
        alert = AlertID(try reader.read())
        boot = try reader.read()
        counter = try reader.read()
        at = try reader.readTime()
        stage = try reader.readListed()
    }

    func encode(to writer: inout FrameWriter) {
        writer.write(alert.value)
        writer.write(boot)
        writer.write(counter)
        writer.write(at)
        writer.write(stage.rawValue)
    }
}

/// STAGE CONFIRM, unit to gateway: the lamp, pictogram or prompt of the stage is on.
///
/// ```
///  0        1        2        3        4        5        6        7        8
/// ┌───────────────────────────────────────────────────────────────────────┬────────┐
/// │ alert                                                                 │ stage  │
/// └───────────────────────────────────────────────────────────────────────┴────────┘
/// ```
public struct StageConfirm: Hashable, Sendable {
    /// As the notice said it.
    public let alert: AlertID
    /// As the notice said it.
    public let stage: Stage

    /// - Parameters:
    ///   - alert: the notice's.
    ///   - stage: the notice's.
    public init(alert: AlertID, stage: Stage) {
        self.alert = alert
        self.stage = stage
    }
}

extension StageConfirm: FrameBody {
    init(from reader: inout FrameReader) throws(FrameError) {
        alert = AlertID(try reader.read())
        stage = try reader.readListed()
    }

    func encode(to writer: inout FrameWriter) {
        writer.write(alert.value)
        writer.write(stage.rawValue)
    }
}
