// A technical condition began or ended; the frame's type says which.

public import AlertModel

/// FAULT BEGIN or FAULT END, unit to gateway. Answered by an ACK with the same boot and counter.
///
/// ```
///  0        1        2        3
/// ┌───────────────────────────────────┐
/// │ boot                              │
/// ├───────────────────────────────────┤
/// │ counter                           │
/// ├───────────────────────────────────┤
/// │ time of the change, ms since 1970,│
/// │ by the unit's clock               │
/// ├───────────────────────────────────┤
/// │ detail, signed                    │
/// ├────────┬──────────────────────────┘
/// │ fault  │
/// └────────┘
/// ```
public struct FaultMessage: Hashable, Sendable {
    /// The unit's boot in which it was noticed.
    public let boot: UInt32
    /// The report's number within the boot; a repeat carries the same.
    public let counter: UInt32
    /// Which condition.
    public let fault: FaultKind
    /// By the unit's clock, which may be wrong.
    public let changedAt: WallTime
    /// A number whose meaning the fault gives, such as percent or degrees; else 0.
    public let detail: Int32

    /// - Parameter changedAt: whole milliseconds are sent.
    public init(boot: UInt32, counter: UInt32, fault: FaultKind, changedAt: WallTime, detail: Int32) {
        self.boot = boot
        self.counter = counter
        self.fault = fault
        self.changedAt = changedAt
        self.detail = detail
    }
}

extension FaultMessage: FrameBody {
    init(from reader: inout FrameReader) throws(FrameError) {
        boot = try reader.read()
        counter = try reader.read()
        changedAt = try reader.readTime()
        detail = try reader.read()
        let start = reader.offset
        fault = try reader.readListed()
        // What the gateway finds itself has a number and no place on the wire.
        guard fault.isReported else { throw FrameError(.valueOutOfRange, offset: start) }
    }

    func encode(to writer: inout FrameWriter) {
        writer.write(boot)
        writer.write(counter)
        writer.write(changedAt)
        writer.write(detail)
        writer.write(fault.rawValue)
    }
}
