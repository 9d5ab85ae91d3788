// What a unit says of itself at every heartbeat.

/// What feeds the unit.
public enum PowerSource: UInt8, CaseIterable, Hashable, Sendable {
    case mains = 1
    case battery = 2
    case solar = 3
}

/// One heartbeat.
public struct Heartbeat: Hashable, Sendable {
    public let power: PowerSource
    /// Charge in percent, 0 to 100; nil when the unit has no gauge.
    public let batteryPercent: UInt8?
    /// Received signal in dBm, −127 to 0; nil on a wired link.
    public let signalDBm: Int8?
    /// Inside temperature in degrees Celsius; nil when not measured.
    public let temperatureC: Int8?
    public let isDoorOpen: Bool

    public init(
        power: PowerSource, batteryPercent: UInt8?, signalDBm: Int8?, temperatureC: Int8?, isDoorOpen: Bool
    ) {
        self.power = power
        self.batteryPercent = batteryPercent
        self.signalDBm = signalDBm
        self.temperatureC = temperatureC
        self.isDoorOpen = isDoorOpen
    }
}
