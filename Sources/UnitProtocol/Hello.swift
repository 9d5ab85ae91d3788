// The first frame of every connection: who the unit is and what it can do.

public import AlertModel

/// HELLO, unit to gateway.
///
/// ```
///  0        1        2        3
/// ┌────────┬────────┬────────┬────────┐
/// │ major  │ minor  │ flags  │ 0      │   flags bit 0: a press is pending
/// ├────────┴────────┴────────┴────────┤
/// │ boot                              │
/// ├───────────────────────────────────┤
/// │ firmware                          │
/// ├───────────────────────────────────┤
/// │ capabilities                      │
/// ├───────────────────────────────────┤
/// │ unit's clock, ms since 1970,      │
/// │ 0 when it has none                │
/// ├────────┬──────────────────────────┤
/// │ length │ unit id, 1 to 16 bytes   …
/// ├────────┼──────────────────────────┤
/// │ length │ resume token, 0 to 32    …
/// └────────┴──────────────────────────┘
/// ```
public struct Hello: Hashable, Sendable {
    /// The newest version that the unit speaks.
    public let version: ProtocolVersion
    /// Must be the unit of the certificate.
    public let unit: UnitID
    /// Differs from every earlier boot of the unit.
    public let boot: UInt32
    /// Firmware version as the vendor counts it; greater is newer.
    public let firmware: UInt32
    /// What the unit can do.
    public let capabilities: Capabilities
    /// The unit's clock when it made the frame; nil when it has none.
    public let clock: WallTime?
    /// Whether a press waits behind this frame; such units are served first.
    public let isPressPending: Bool
    /// Which of its paths the unit speaks on, 1 to 3, by a numbering of its own; 0 when it does not say.
    public let path: UInt8
    /// From the last WELCOME.
    public let resume: ResumeToken

    /// - Parameters:
    ///   - clock: whole milliseconds; nil when the unit has no clock.
    ///   - path: above 3 counts as not said.
    ///   - version: another one only in tests.
    public init(
        unit: UnitID, boot: UInt32, firmware: UInt32, capabilities: Capabilities, isPressPending: Bool,
        clock: WallTime? = nil, path: UInt8 = 0, resume: ResumeToken = .none, version: ProtocolVersion = .current
    ) {
        self.path = path <= Self.pathMax ? path : 0
        self.version = version
        self.unit = unit
        self.boot = boot
        self.firmware = firmware
        self.capabilities = capabilities
        self.clock = clock
        self.isPressPending = isPressPending
        self.resume = resume
    }
}

extension Hello: FrameBody {
    private static let pressPendingBit: UInt8 = 1
    private static let pathMax: UInt8 = 3

    init(from reader: inout FrameReader) throws(FrameError) {
        let start = reader.offset
        let major = try reader.read(UInt8.self)
        // Another major version may have another layout: nothing behind this byte means anything.
        guard major == ProtocolVersion.current.major else {
            throw FrameError(.unsupportedVersion(major: major), offset: start)
        }
        version = ProtocolVersion(major: major, minor: try reader.read())
        isPressPending = try reader.read(UInt8.self) & Self.pressPendingBit != 0
        let path = try reader.read(UInt8.self)
        self.path = path <= Self.pathMax ? path : 0
        boot = try reader.read()
        firmware = try reader.read()
        capabilities = Capabilities(rawValue: try reader.read())
        let clock = try reader.readTime()
        self.clock = clock.milliseconds == 0 ? nil : clock
        let unitStart = reader.offset
        let name: UnsafeRawBufferPointer
        do throws(FrameError) {
            name = try reader.readBytes(max: UnitID.bytesMax)
        } catch {
            guard case .badLength = error.reason else { throw error }
            throw FrameError(.badIdentifier, offset: unitStart)
        }
        do throws(ShortIDError) {
            unit = try UnitID(ascii: name)
        } catch {
            throw FrameError(.badIdentifier, offset: unitStart)
        }
        resume = try ResumeToken(from: &reader)
    }

    func encode(to writer: inout FrameWriter) {
        writer.write(version.major)
        writer.write(version.minor)
        writer.write(isPressPending ? Self.pressPendingBit : 0)
        writer.write(path)
        writer.write(boot)
        writer.write(firmware)
        writer.write(capabilities.rawValue)
        writer.write(clock?.milliseconds ?? 0)
        writer.write(unit)
        resume.encode(to: &writer)
    }
}
