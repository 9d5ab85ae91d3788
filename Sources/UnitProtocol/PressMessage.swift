// The frame everything else is for. A press is never refused for its details.

public import AlertModel

/// PRESS, unit to gateway: somebody pushed the button. Answered by a stage notice *stored*.
///
/// ```
///  0        1        2        3
/// ┌───────────────────────────────────┐
/// │ boot                              │
/// ├───────────────────────────────────┤
/// │ counter                           │
/// ├───────────────────────────────────┤
/// │ time of the press, ms since 1970, │
/// │ by the unit's clock               │
/// ├────────┬────────┬─────────────────┤
/// │categ.  │ flags  │ age of fix, s   │   flags bit 0: a position follows, else zeros
/// ├────────┴────────┴─────────────────┤
/// │ latitude, degrees × 10⁷, signed   │
/// ├───────────────────────────────────┤
/// │ longitude, degrees × 10⁷, signed  │
/// ├───────────────────────────────────┤
/// │ accuracy, cm                      │
/// └───────────────────────────────────┘
/// ```
public struct PressMessage: Hashable, Sendable {
    /// The unit's boot in which the button was pressed.
    public let boot: UInt32
    /// The press's number within the boot; a repeat carries the same.
    public let counter: UInt32
    /// One that a caller can press (`Category.isPressed`).
    public let category: Category
    /// By the unit's clock, which may be wrong.
    public let pressedAt: WallTime
    /// The last position the unit knew.
    public let position: LastPosition?
    /// What a test call found; nil when the unit does not say, and with every other press.
    public let results: TestResults?

    /// - Parameters:
    ///   - category: one that cannot be pressed is taken as police, as the receiver would.
    ///   - pressedAt: whole milliseconds are sent.
    public init(
        boot: UInt32, counter: UInt32, category: Category, pressedAt: WallTime, position: LastPosition?,
        results: TestResults? = nil
    ) {
        self.results = category == .test ? results?.intersection(.known) : nil
        self.boot = boot
        self.counter = counter
        self.category = category.isPressed ? category : .police
        self.pressedAt = pressedAt
        self.position = position
    }
}

extension PressMessage: FrameBody {
    private static let positionBit: UInt8 = 1
    private static let resultsBit: UInt8 = 2
    /// The results stand in the high four bits.
    private static let resultsShift: UInt8 = 4

    /// Only a body that is too short is an error: a category that is not known or not for callers means police,
    /// a time past 2200 is held there, a position outside the Earth is left out.
    init(from reader: inout FrameReader) throws(FrameError) {
        let boot = try reader.read(UInt32.self)
        let counter = try reader.read(UInt32.self)
        let pressedAt = try reader.readTime()
        let category = Category(rawValue: try reader.read()) ?? .police
        let flags = try reader.read(UInt8.self)
        let ageS = try reader.read(UInt16.self)
        let point = GeoPoint(latitudeE7: try reader.read(), longitudeE7: try reader.read())
        let accuracyCm = try reader.read(UInt32.self)
        var position: LastPosition?
        if flags & Self.positionBit != 0, let point {
            position = LastPosition(point: point, accuracyCm: accuracyCm, ageS: ageS)
        }
        let results = TestResults(rawValue: flags >> Self.resultsShift)
        self.init(
            boot: boot, counter: counter, category: category, pressedAt: pressedAt, position: position,
            results: flags & Self.resultsBit == 0 ? nil : results)
    }

    func encode(to writer: inout FrameWriter) {
        writer.write(boot)
        writer.write(counter)
        writer.write(pressedAt)
        writer.write(category.rawValue)
        var flags = position == nil ? 0 : Self.positionBit
        if let results { flags |= Self.resultsBit | results.rawValue << Self.resultsShift }
        writer.write(flags)
        writer.write(position?.ageS ?? 0)
        writer.write(position?.point.latitudeE7 ?? 0)
        writer.write(position?.point.longitudeE7 ?? 0)
        writer.write(position?.accuracyCm ?? 0)
    }
}
