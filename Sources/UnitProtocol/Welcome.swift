// The gateway's answer to a hello: from here on the connection counts.

public import AlertModel

/// WELCOME, gateway to unit.
///
/// ```
///  0        1        2        3
/// ┌────────┬────────┬─────────────────┐
/// │ minor  │ 0      │ heartbeat, s    │
/// ├────────┴────────┼─────────────────┤
/// │ reporting, s    │ 0               │
/// ├─────────────────┴─────────────────┤
/// │ capabilities granted              │
/// ├───────────────────────────────────┤
/// │ gateway's clock, ms since 1970    │
/// │                                   │
/// ├────────┬──────────────────────────┤
/// │ length │ resume token, 0 to 32    …
/// └────────┴──────────────────────────┘
/// ```
public struct Welcome: Hashable, Sendable {
    /// The minor version in use from now on: the smaller of both.
    public let minor: UInt8
    /// What the gateway will use on this connection; a subset of what the unit offered.
    public let granted: Capabilities
    /// Seconds after which a unit that sent nothing else sends a heartbeat; a third of the reporting time.
    public let heartbeatIntervalS: UInt16
    /// Seconds of silence after which the gateway takes the link for lost (EN 50136-1).
    public let reportingTimeS: UInt16
    /// The gateway's clock when it made the frame.
    public let gatewayTime: WallTime
    /// For the next hello.
    public let resume: ResumeToken

    /// - Parameter gatewayTime: whole milliseconds are sent.
    public init(
        minor: UInt8, granted: Capabilities, heartbeatIntervalS: UInt16, reportingTimeS: UInt16,
        gatewayTime: WallTime, resume: ResumeToken = .none
    ) {
        self.minor = minor
        self.granted = granted
        self.heartbeatIntervalS = heartbeatIntervalS
        self.reportingTimeS = reportingTimeS
        self.gatewayTime = gatewayTime
        self.resume = resume
    }
}

extension Welcome: FrameBody {
    init(from reader: inout FrameReader) throws(FrameError) {
        minor = try reader.read()
        _ = try reader.read(UInt8.self)
        heartbeatIntervalS = try reader.read()
        reportingTimeS = try reader.read()
        _ = try reader.read(UInt16.self)
        granted = Capabilities(rawValue: try reader.read())
        gatewayTime = try reader.readTime()
        resume = try ResumeToken(from: &reader)
    }

    func encode(to writer: inout FrameWriter) {
        writer.write(minor)
        writer.write(UInt8(0))
        writer.write(heartbeatIntervalS)
        writer.write(reportingTimeS)
        writer.write(UInt16(0))
        writer.write(granted.rawValue)
        writer.write(gatewayTime)
        resume.encode(to: &writer)
    }
}
