// What a unit is told to do, with the arguments of each kind.

/// A command's kind and arguments.
public enum CommandAction: Hashable, Sendable {
    /// Sound the siren for so many seconds; 0 stops it.
    case siren(seconds: UInt16)
    /// Flash the beacon for so many seconds; 0 stops it.
    case beacon(seconds: UInt16)
    /// Say or show the recorded message of that number, or the text when the number is 0.
    ///
    /// The language is a tag of RFC 5646 (`kk`, `ru`, `en`); the text has at most
    /// ``Limits/dialogueTextBytesMax`` bytes.
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
    private static let percentMax: UInt8 = 100

    /// Reads the arguments behind a kind.
    init(kind rawKind: UInt8, from reader: inout FrameReader) throws(FrameError) {
        guard let kind = CommandKind(rawValue: rawKind) else {
            self = .unknown(kind: rawKind)
            return
        }
        switch kind {
        case .siren: self = .siren(seconds: try reader.read())
        case .beacon: self = .beacon(seconds: try reader.read())
        case .announce:
            self = .announce(
                message: try reader.read(), language: try reader.readText(.language),
                text: try reader.readText(.dialogue))
        case .volume:
            let start = reader.offset
            let percent = try reader.read(UInt8.self)
            guard percent <= Self.percentMax else { throw FrameError(.valueOutOfRange, offset: start) }
            self = .volume(percent: percent)
        case .cameraPreset: self = .cameraPreset(camera: try reader.read(), preset: try reader.read())
        case .selfTest: self = .selfTest(UnitParts(rawValue: try reader.read()))
        case .sendData: self = .sendData(DataKinds(rawValue: try reader.read()))
        case .restart: self = .restart(afterSeconds: try reader.read())
        case .configure:
            self = .configure(
                key: try reader.readText(.configurationKey), value: try reader.readText(.configurationValue))
        case .move:
            let start = reader.offset
            let port = try reader.read(UInt16.self)
            guard port != 0 else { throw FrameError(.valueOutOfRange, offset: start) }
            self = .move(host: try reader.readText(.host), port: port)
        }
    }

    /// Writes the arguments.
    func encode(to writer: inout FrameWriter) {
        switch self {
        case .siren(let seconds), .beacon(let seconds), .restart(let seconds): writer.write(seconds)
        case .announce(let message, let language, let text):
            writer.write(message)
            writer.write(language, .language)
            writer.write(text, .dialogue)
        case .volume(let percent):
            writer.require(percent <= Self.percentMax)
            writer.write(percent)
        case .cameraPreset(let camera, let preset):
            writer.write(camera)
            writer.write(preset)
        case .selfTest(let parts): writer.write(parts.rawValue)
        case .sendData(let kinds): writer.write(kinds.rawValue)
        case .configure(let key, let value):
            writer.write(key, .configurationKey)
            writer.write(value, .configurationValue)
        case .move(let host, let port):
            writer.require(port != 0)
            writer.write(port)
            writer.write(host, .host)
        case .unknown(let kind): writer.require(CommandKind(rawValue: kind) == nil)
        }
    }
}
