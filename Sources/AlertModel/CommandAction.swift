// What a unit is told to do, with the arguments of each kind (after RFC 8147).

/// A command's kind and arguments.
public enum CommandAction: Hashable, Sendable {
    /// Sound the siren for so many seconds; 0 stops it.
    case siren(seconds: UInt16)
    /// Flash the beacon for so many seconds; 0 stops it.
    case beacon(seconds: UInt16)
    /// Say or show the recorded message of that number, or the text when the number is 0.
    ///
    /// The language is a tag of RFC 5646 (`kk`, `ru`, `en`); the text has at most
    /// ``textBytesMax`` bytes.
    case announce(message: UInt16, language: String, text: String)
    /// Set the loudspeaker to 0 to 100 percent.
    case volume(percent: UInt8)
    /// Turn a camera to one of its stored views.
    case cameraPreset(camera: UInt8, preset: UInt8)
    /// Try parts; the result's value names those that failed.
    case selfTest(UnitParts)
    /// Send data now.
    case sendData(DataKinds)
    /// Start anew after so many seconds.
    case restart(afterSeconds: UInt16)
    /// Set one setting of the unit.
    case configure(key: String, value: String)
    /// Keep another gateway's address for good and go there; the port is not 0.
    case move(host: String, port: UInt16)
    /// A kind of a later version: answer that it is not supported.
    case unknown(kind: UInt8)

    /// The kind's number on the wire.
    public var kind: UInt8 {
        switch self {
        case .siren: CommandKind.siren.rawValue
        case .beacon: CommandKind.beacon.rawValue
        case .announce: CommandKind.announce.rawValue
        case .volume: CommandKind.volume.rawValue
        case .cameraPreset: CommandKind.cameraPreset.rawValue
        case .selfTest: CommandKind.selfTest.rawValue
        case .sendData: CommandKind.sendData.rawValue
        case .restart: CommandKind.restart.rawValue
        case .configure: CommandKind.configure.rawValue
        case .move: CommandKind.move.rawValue
        case .unknown(let kind): kind
        }
    }
}

extension CommandAction {
    /// Bytes of an announcement's text: what a small display shows at once, in Cyrillic 250 letters.
    public static let textBytesMax = 500
    /// Bytes of a language tag; RFC 5646, 4.4.1 recommends room for 35.
    public static let languageBytesMax = 35
    /// Bytes of a host name (RFC 1035, 2.3.4, written as text).
    public static let hostBytesMax = 253
    /// Bytes of a setting's key.
    public static let keyBytesMax = 64
    /// Bytes of a setting's value.
    public static let valueBytesMax = 1_024

    /// Whether every argument is inside its range, so that it can be said to a unit.
    public var isSayable: Bool {
        switch self {
        case .siren, .beacon, .cameraPreset, .selfTest, .sendData, .restart: true
        case .announce(_, let language, let text):
            (1...Self.languageBytesMax).contains(language.utf8.count) && text.utf8.count <= Self.textBytesMax
                && language.utf8.allSatisfy { Self.isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
        case .volume(let percent): percent <= 100
        case .configure(let key, let value):
            (1...Self.keyBytesMax).contains(key.utf8.count) && value.utf8.count <= Self.valueBytesMax
        case .move(let host, let port):
            port != 0 && (1...Self.hostBytesMax).contains(host.utf8.count)
                && host.utf8.allSatisfy { Self.isLetterOrDigit($0) || Array("-.:".utf8).contains($0) }
        case .unknown: false
        }
    }

    /// The action as people may see it: a setting's value may be a password and is left out.
    public var withoutSecrets: CommandAction {
        if case .configure(let key, _) = self { .configure(key: key, value: "") } else { self }
    }

    /// What a unit must be able to do; at least one of these.
    public var capabilities: Capabilities {
        if case .announce(let message, _, _) = self {
            message == 0 ? .announceText : .announceRecorded
        } else {
            CommandKind(rawValue: kind)?.capabilities ?? []
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}

extension CommandAction {
    /// Kind 1, then its arguments.
    func encode(to writer: inout ByteWriter) {
        writer.write(kind)
        switch self {
        case .siren(let seconds), .beacon(let seconds), .restart(let seconds): writer.write(seconds)
        case .announce(let message, let language, let text):
            writer.write(message)
            writer.write(language, bytesMax: Self.languageBytesMax)
            writer.write(text, bytesMax: Self.textBytesMax)
        case .volume(let percent): writer.write(percent)
        case .cameraPreset(let camera, let preset):
            writer.write(camera)
            writer.write(preset)
        case .selfTest(let parts): writer.write(parts.rawValue)
        case .sendData(let kinds): writer.write(kinds.rawValue)
        case .configure(let key, let value):
            writer.write(key, bytesMax: Self.keyBytesMax)
            writer.write(value, bytesMax: Self.valueBytesMax)
        case .move(let host, let port):
            writer.write(port)
            writer.write(host, bytesMax: Self.hostBytesMax)
        case .unknown: break
        }
    }
    init(from reader: inout ByteReader) throws(DecodeError) {
        let kind = try reader.read(UInt8.self)
        switch CommandKind(rawValue: kind) {
        case .siren: self = .siren(seconds: try reader.read())
        case .beacon: self = .beacon(seconds: try reader.read())
        case .announce:
            self = .announce(
                message: try reader.read(), language: try reader.readText(), text: try reader.readText())
        case .volume: self = .volume(percent: try reader.read())
        case .cameraPreset: self = .cameraPreset(camera: try reader.read(), preset: try reader.read())
        case .selfTest: self = .selfTest(UnitParts(rawValue: try reader.read()))
        case .sendData: self = .sendData(DataKinds(rawValue: try reader.read()))
        case .restart: self = .restart(afterSeconds: try reader.read())
        case .configure: self = .configure(key: try reader.readText(), value: try reader.readText())
        case .move:
            let port = try reader.read(UInt16.self)
            self = .move(host: try reader.readText(), port: port)
        case nil: self = .unknown(kind: kind)
        }
    }
}
