// A command's arguments as they stand on the wire.

internal import AlertModel

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
