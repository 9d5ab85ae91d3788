// Commands to units as JSON, in and out: the same keys both ways.

import AlertModel
import NIOCore

extension CommandKind: Worded {
    var word: String {
        switch self {
        case .siren: "siren"
        case .beacon: "beacon"
        case .announce: "announce"
        case .volume: "volume"
        case .cameraPreset: "camera_preset"
        case .selfTest: "self_test"
        case .sendData: "send_data"
        case .restart: "restart"
        case .configure: "configure"
        case .move: "move"
        }
    }

    /// Seconds until a command of the kind is over, where the officer does not say: a unit tries its parts in two
    /// minutes and starts anew in five.
    var usualTimeoutS: UInt16 {
        switch self {
        case .siren, .beacon, .announce, .volume, .cameraPreset, .sendData: 15
        case .selfTest, .configure: 120
        case .restart, .move: 300
        }
    }
}

extension UnitCommandState: Worded {
    var word: String {
        switch self {
        case .waiting: "waiting"
        case .sent: "sent"
        case .started: "started"
        case .done: "done"
        case .refused: "refused"
        case .failed: "failed"
        case .notSupported: "not_supported"
        case .expired: "expired"
        case .timedOut: "timed_out"
        }
    }
}

extension UnitParts {
    /// Each part with its word.
    static let words: [(UnitParts, String)] = [
        (.microphone, "microphone"), (.speaker, "speaker"), (.battery, "battery"), (.camera, "camera"),
        (.lamps, "lamps"), (.button, "button"), (.siren, "siren"), (.beacon, "beacon"),
    ]
}

extension DataKinds {
    /// Each kind with its word.
    static let words: [(DataKinds, String)] = [
        (.heartbeat, "heartbeat"), (.position, "position"), (.faults, "faults"),
    ]
}

extension UnitCommandStatus {
    /// The command object.
    var json: ByteBuffer {
        var writer = JSONWriter()
        writer.unitCommand(self)
        return writer.buffer
    }
}

extension JSONWriter {
    /// The command object: arguments stand under the keys that gave them.
    mutating func unitCommand(_ status: UnitCommandStatus) {
        object { json in
            json.field("id", status.id)
            json.field("unit", status.unit.description)
            json.field("officer", status.officer.description)
            json.field("kind", status.action.word)
            json.arguments(of: status.action)
            json.field("state", status.state.word)
            json.field("over", status.state.isOver)
            json.failed(of: status)
            json.field("detail", status.detail)
            json.field("given_at", status.givenAt.text)
            json.field("due_at", status.dueAt.text)
            json.field("changed_at", status.changedAt.text)
        }
    }

    private mutating func arguments(of action: CommandAction) {
        switch action {
        case .siren(let seconds), .beacon(let seconds), .restart(let seconds): field("seconds", seconds)
        case .announce(let message, let language, let text):
            field("message", message)
            field("language", language)
            field("text", text)
        case .volume(let percent): field("percent", percent)
        case .cameraPreset(let camera, let preset):
            field("camera", camera)
            field("preset", preset)
        case .selfTest(let parts): words("parts", parts, UnitParts.words)
        case .sendData(let kinds): words("data", kinds, DataKinds.words)
        case .configure(let key, _): field("key", key)
        case .move(let host, let port):
            field("host", host)
            field("port", port)
        case .unknown: break
        }
    }

    /// Parts that a self-test found failed.
    private mutating func failed(of status: UnitCommandStatus) {
        let isTest = if case .selfTest = status.action { true } else { false }
        words(
            "failed_parts", isTest ? UnitParts(rawValue: UInt16(truncatingIfNeeded: status.value)) : [],
            UnitParts.words)
    }

    private mutating func words<Words: OptionSet>(_ key: String, _ set: Words, _ words: [(Words, String)])
    where Words.Element == Words {
        array(key) { json in
            for (value, word) in words where set.contains(value) { json.element(word) }
        }
    }
}

/// The body of a command.
enum UnitCommandBody {
    /// Reads kind, arguments and time.
    ///
    /// - Throws: `bad_body` naming the key that is wrong, missing or not the kind's.
    static func read(_ buffer: ByteBuffer) throws(Problem) -> (action: CommandAction, timeoutS: UInt16) {
        let any = try StrictBody(
            buffer, keys: ["kind", "language", "text", "key", "value", "host"],
            numbers: ["timeout_seconds", "seconds", "message", "percent", "camera", "preset", "port"],
            lists: ["parts", "data"])
        let word = try any.required("kind")
        guard let kind = CommandKind(word: word) else {
            throw .badBody("'kind' is '\(word.prefix(64))'; it must be one of \(CommandKind.words).")
        }
        let keys = kind.keys
        let body = try StrictBody(
            buffer, keys: ["kind"] + keys.texts, numbers: ["timeout_seconds"] + keys.numbers, lists: keys.lists)
        let action = try action(kind, body)
        guard action.isSayable else {
            throw .badBody("An argument of '\(word)' is too long or has a letter that it cannot.")
        }
        return (action, try number(body, "timeout_seconds", in: 1...UnitCommand.timeoutMaxS, kind.usualTimeoutS))
    }

    private static func action(_ kind: CommandKind, _ body: StrictBody) throws(Problem) -> CommandAction {
        switch kind {
        case .siren: .siren(seconds: try number(body, "seconds", in: 0...UInt16.max))
        case .beacon: .beacon(seconds: try number(body, "seconds", in: 0...UInt16.max))
        case .restart: .restart(afterSeconds: try number(body, "seconds", in: 0...UInt16.max, 0))
        case .announce: try announcement(body)
        case .volume: .volume(percent: try number(body, "percent", in: 0...100))
        case .cameraPreset: try preset(body)
        case .selfTest: .selfTest(try set(body, "parts", UnitParts.words))
        case .sendData: .sendData(try set(body, "data", DataKinds.words))
        case .configure: try setting(body)
        case .move: try destination(body)
        }
    }

    /// A recorded message by its number, or a text.
    private static func announcement(_ body: StrictBody) throws(Problem) -> CommandAction {
        let message = try number(body, "message", in: 0...UInt16.max, 0)
        let text = body.text("text") ?? ""
        guard (message == 0) != text.isEmpty else {
            throw .badBody("Name one of 'message', from 1 to 65535, and 'text'.")
        }
        return .announce(message: message, language: try body.required("language"), text: text)
    }

    private static func preset(_ body: StrictBody) throws(Problem) -> CommandAction {
        let camera = try number(body, "camera", in: 0...UInt8.max, 0)
        return .cameraPreset(camera: camera, preset: try number(body, "preset", in: 0...UInt8.max))
    }

    private static func setting(_ body: StrictBody) throws(Problem) -> CommandAction {
        let key = try body.required("key")
        return .configure(key: key, value: try body.required("value"))
    }

    private static func destination(_ body: StrictBody) throws(Problem) -> CommandAction {
        let host = try body.required("host")
        return .move(host: host, port: try number(body, "port", in: 1...UInt16.max))
    }

    private static func number<Value: FixedWidthInteger>(
        _ body: StrictBody, _ key: String, in range: ClosedRange<Value>, _ standing: Value? = nil
    ) throws(Problem) -> Value {
        guard let given = body.number(key) else {
            guard let standing else { throw .badBody("'\(key)' is missing.") }
            return standing
        }
        guard let value = Value(exactly: given), range.contains(value) else {
            throw .badBody("'\(key)' is \(given); it must be from \(range.lowerBound) to \(range.upperBound).")
        }
        return value
    }

    /// All of them where the list is left out.
    private static func set<Words: OptionSet>(
        _ body: StrictBody, _ key: String, _ words: [(Words, String)]
    ) throws(Problem) -> Words where Words.Element == Words {
        guard let given = body.list(key) else { return Words(words.map(\.0)) }
        var set = Words()
        for word in given {
            guard let value = words.first(where: { $0.1 == word })?.0 else {
                let known = words.map(\.1).joined(separator: ", ")
                throw .badBody("'\(key)' has '\(word.prefix(64))'; it takes \(known).")
            }
            set.formUnion(value)
        }
        guard !set.isEmpty else { throw .badBody("'\(key)' is empty.") }
        return set
    }
}

extension CommandKind {
    /// The keys that a command of the kind takes.
    fileprivate var keys: (texts: [String], numbers: [String], lists: [String]) {
        switch self {
        case .siren, .beacon, .restart: ([], ["seconds"], [])
        case .announce: (["language", "text"], ["message"], [])
        case .volume: ([], ["percent"], [])
        case .cameraPreset: ([], ["camera", "preset"], [])
        case .selfTest: ([], [], ["parts"])
        case .sendData: ([], [], ["data"])
        case .configure: (["key", "value"], [], [])
        case .move: (["host"], ["port"], [])
        }
    }
}
