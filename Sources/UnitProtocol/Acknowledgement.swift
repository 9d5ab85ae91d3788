// A cancel or fault report is stored.

/// ACK, gateway to unit: the message with this boot and counter is on disk. A press is answered by a
/// ``StageNotice`` instead.
///
/// ```
///  0        1        2        3        4        5        6        7
/// ┌───────────────────────────────────┬───────────────────────────────────┐
/// │ boot                              │ counter                           │
/// └───────────────────────────────────┴───────────────────────────────────┘
/// ```
public struct Acknowledgement: Hashable, Sendable {
    /// As the message said it.
    public let boot: UInt32
    /// As the message said it.
    public let counter: UInt32

    /// - Parameters:
    ///   - boot: the message's.
    ///   - counter: the message's.
    public init(boot: UInt32, counter: UInt32) {
        self.boot = boot
        self.counter = counter
    }
}

extension Acknowledgement: FrameBody {
    init(from reader: inout FrameReader) throws(FrameError) {
        boot = try reader.read()
        counter = try reader.read()
    }

    func encode(to writer: inout FrameWriter) {
        writer.write(boot)
        writer.write(counter)
    }
}
