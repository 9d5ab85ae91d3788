// The caller takes a press back. The alert is marked; only an officer closes it.

public import AlertModel

/// CANCEL, unit to gateway. Answered by an ACK with its own boot and counter.
///
/// ```
///  0        1        2        3
/// ┌───────────────────────────────────┐
/// │ boot                              │
/// ├───────────────────────────────────┤
/// │ counter                           │
/// ├───────────────────────────────────┤
/// │ counter of the press taken back   │
/// ├───────────────────────────────────┤
/// │ time, ms since 1970, unit's clock │
/// │                                   │
/// └───────────────────────────────────┘
/// ```
public struct CancelMessage: Hashable, Sendable {
    /// The boot of the press and of the cancel.
    public let boot: UInt32
    /// The cancel's own number within the boot, greater than the press's.
    public let counter: UInt32
    /// The number of the press that is taken back.
    public let pressCounter: UInt32
    /// By the unit's clock, which may be wrong.
    public let cancelledAt: WallTime

    /// - Parameter cancelledAt: whole milliseconds are sent.
    public init(boot: UInt32, counter: UInt32, pressCounter: UInt32, cancelledAt: WallTime) {
        self.boot = boot
        self.counter = counter
        self.pressCounter = pressCounter
        self.cancelledAt = cancelledAt
    }
}

extension CancelMessage: FrameBody {
    init(from reader: inout FrameReader) throws(FrameError) {
        self.init(
            boot: try reader.read(), counter: try reader.read(), pressCounter: try reader.read(),
            cancelledAt: try reader.readTime())
    }

    func encode(to writer: inout FrameWriter) {
        writer.write(boot)
        writer.write(counter)
        writer.write(pressCounter)
        writer.write(cancelledAt)
    }
}
