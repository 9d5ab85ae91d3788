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

    /// - Parameters:
    ///   - category: one that cannot be pressed is taken as police, as the receiver would.
    ///   - pressedAt: whole milliseconds are sent.
    public init(boot: UInt32, counter: UInt32, category: Category, pressedAt: WallTime, position: LastPosition?) {
        self.boot = boot
        self.counter = counter
        self.category = category.isPressed ? category : .police
        self.pressedAt = pressedAt
        self.position = position
    }
}

extension PressMessage: FrameBody {
    private static let positionBit: UInt8 = 1

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
        self.init(boot: boot, counter: counter, category: category, pressedAt: pressedAt, position: position)
    }

    func encode(to writer: inout FrameWriter) {
        writer.write(boot)
        writer.write(counter)
        writer.write(pressedAt)
        writer.write(category.rawValue)
        writer.write(position == nil ? 0 : Self.positionBit)
        writer.write(position?.ageS ?? 0)
        writer.write(position?.point.latitudeE7 ?? 0)
        writer.write(position?.point.longitudeE7 ?? 0)
        writer.write(position?.accuracyCm ?? 0)
    }
}
