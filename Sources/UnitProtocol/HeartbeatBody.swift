// How AlertModel's Heartbeat stands in a frame.

internal import AlertModel

/// HEARTBEAT, unit to gateway.
///
/// ```
///  0        1        2        3        4
/// ┌────────┬────────┬────────┬────────┬────────┐
/// │ power  │battery │ signal │ temp.  │ flags  │   flags bit 0: the door is open
/// └────────┴────────┴────────┴────────┴────────┘
/// ```
struct HeartbeatBody: FrameBody {
    /// The value that is carried.
    let heartbeat: Heartbeat

    private static let unknownPercent: UInt8 = 255
    private static let unknownSigned: Int8 = -128
    private static let doorOpenBit: UInt8 = 1

    init(_ heartbeat: Heartbeat) { self.heartbeat = heartbeat }

    /// A measurement outside its range is taken as not measured.
    init(from reader: inout FrameReader) throws(FrameError) {
        let power = try reader.readListed(PowerSource.self)
        let battery = try reader.read(UInt8.self)
        let signal = try reader.read(Int8.self)
        let temperature = try reader.read(Int8.self)
        let flags = try reader.read(UInt8.self)
        heartbeat = Heartbeat(
            power: power, batteryPercent: battery <= 100 ? battery : nil,
            signalDBm: (-127...0).contains(signal) ? signal : nil,
            temperatureC: temperature == Self.unknownSigned ? nil : temperature,
            isDoorOpen: flags & Self.doorOpenBit != 0)
    }

    func encode(to writer: inout FrameWriter) {
        writer.write(heartbeat.power.rawValue)
        writer.write(heartbeat.batteryPercent ?? Self.unknownPercent)
        writer.write(heartbeat.signalDBm ?? Self.unknownSigned)
        writer.write(heartbeat.temperatureC ?? Self.unknownSigned)
        writer.write(heartbeat.isDoorOpen ? Self.doorOpenBit : 0)
    }
}
