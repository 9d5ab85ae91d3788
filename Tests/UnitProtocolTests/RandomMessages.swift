// Random valid messages of every type.

import AlertModel
import UnitProtocol

/// Makes messages from a seed.
struct MessageMaker {
    var random: SeededGenerator
    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// One message of every type and direction.
    mutating func oneOfEach() throws -> [AnyMessage] {
        try fromUnit().map { .unit($0) } + fromGateway().map { .gateway($0) }
    }

    mutating func fromUnit() throws -> [UnitMessage] {
        [
            .hello(try hello()), .heartbeat(heartbeat()), .position(try position()), .press(press()),
            .cancel(
                CancelMessage(boot: number(), counter: number(), pressCounter: number(), cancelledAt: time())),
            .faultBegin(fault()), .faultEnd(fault()),
            .stageConfirm(StageConfirm(alert: AlertID(number()), stage: one(of: Stage.allCases))),
            .offer(description()), .answer(description()), .candidate(candidate()), .sessionEnd(sessionEnd()),
            .commandResult(
                UnitCommandResult(
                    id: CommandID(number()), status: one(of: UnitCommandResult.Status.allCases), value: number(),
                    detail: text(0...Limits.resultDetailBytesMax))),
            .textReply(
                TextReply(
                    question: QuestionID(number()), reply: one(of: TextReply.Reply.allCases),
                    text: text(0...Limits.dialogueTextBytesMax))),
            .unable(unable()), .goodbye(Goodbye(one(of: Goodbye.Reason.allCases))),
        ]
    }

    mutating func fromGateway() -> [GatewayMessage] {
        [
            .welcome(
                Welcome(
                    minor: number(), granted: Capabilities(rawValue: number()), heartbeatIntervalS: number(),
                    reportingTimeS: number(), gatewayTime: time(), resume: token())),
            .acknowledgement(Acknowledgement(boot: number(), counter: number())),
            .time(ClockNotice(gatewayTime: time())), .unable(unable()),
            .stage(
                StageNotice(
                    alert: AlertID(number()), boot: number(), counter: number(), stage: one(of: Stage.allCases),
                    at: time())),
            .offer(description()), .answer(description()), .candidate(candidate()), .sessionEnd(sessionEnd()),
            .command(Command(id: CommandID(number()), validForS: number(), action: action())),
            .text(
                TextQuestion(
                    id: QuestionID(number()), alert: alert(), allowed: AllowedReplies(rawValue: number()),
                    language: one(of: ["kk", "ru", "en", "kk-Cyrl-KZ"]),
                    text: text(1...Limits.dialogueTextBytesMax))),
            .redirect(Redirect(host: host(), port: number(1...UInt16.max), retryAfterS: number())),
            .goodbye(Goodbye(one(of: Goodbye.Reason.allCases))),
        ]
    }

    // MARK: Values

    mutating func hello() throws -> Hello {
        let clock: UInt64 = number(1...WallTime.millisecondsMax)
        return Hello(
            unit: try unit(), boot: number(), firmware: number(), capabilities: Capabilities(rawValue: number()),
            isPressPending: Bool.random(using: &random),
            clock: Bool.random(using: &random) ? WallTime(clampingMilliseconds: clock) : nil, resume: token())
    }

    mutating func heartbeat() -> Heartbeat {
        let battery: UInt8 = number(0...101)
        let signal: Int8 = number(-128...0)
        let temperature: Int8 = number()
        return Heartbeat(
            power: one(of: PowerSource.allCases), batteryPercent: battery > 100 ? nil : battery,
            signalDBm: signal == -128 ? nil : signal, temperatureC: temperature == -128 ? nil : temperature,
            isDoorOpen: Bool.random(using: &random))
    }

    mutating func point() -> GeoPoint? {
        GeoPoint(
            latitudeE7: number(-900_000_000...900_000_000), longitudeE7: number(-1_800_000_000...1_800_000_000))
    }

    mutating func position() throws -> Position {
        guard let point = point() else { throw MakerError() }
        return Position(
            point: point, accuracyCm: number(), speedCmS: number(), headingCentidegrees: number(0...35_999),
            fixedAt: time(), satellites: number())
    }

    mutating func press() -> PressMessage {
        let place = point().map { LastPosition(point: $0, accuracyCm: number(), ageS: number()) }
        return PressMessage(
            boot: number(), counter: number(), category: one(of: Category.allCases.filter(\.isPressed)),
            pressedAt: time(), position: Bool.random(using: &random) ? place : nil)
    }

    mutating func fault() -> FaultMessage {
        FaultMessage(
            boot: number(), counter: number(), fault: one(of: FaultKind.allCases.filter(\.isReported)),
            changedAt: time(),
            detail: number())
    }

    mutating func description() -> SessionDescription {
        SessionDescription(session: SessionID(number()), alert: alert(), sdp: text(1...Limits.sdpBytesMax))
    }

    mutating func candidate() -> SessionCandidate {
        SessionCandidate(
            session: SessionID(number()), mediaLine: number(), mediaID: text(0...Limits.mediaIDBytesMax),
            candidate: text(0...Limits.candidateBytesMax))
    }

    mutating func sessionEnd() -> SessionEnd {
        SessionEnd(session: SessionID(number()), reason: one(of: SessionEnd.Reason.allCases))
    }

    mutating func unable() -> Unable {
        Unable(
            UnableCode(rawValue: number()), refusedType: number(), refusedOffset: number(),
            text: text(0...Limits.unableTextBytesMax))
    }

    mutating func action() -> CommandAction {
        switch number(0...10) as UInt8 {
        case 1: .siren(seconds: number())
        case 2: .beacon(seconds: number())
        case 3: .announce(message: number(), language: "kk", text: text(0...Limits.dialogueTextBytesMax))
        case 4: .volume(percent: number(0...100))
        case 5: .cameraPreset(camera: number(), preset: number())
        case 6: .selfTest(UnitParts(rawValue: number()))
        case 7: .sendData(DataKinds(rawValue: number()))
        case 8: .restart(afterSeconds: number())
        case 9:
            .configure(
                key: text(1...Limits.configurationKeyBytesMax),
                value: text(0...Limits.configurationValueBytesMax))
        case 10: .move(host: host(), port: number(1...UInt16.max))
        default: .unknown(kind: number(11...UInt8.max))
        }
    }

    mutating func unit() throws -> UnitID {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._".utf8)
        let bytes = (0..<(number(1...16) as Int)).map { _ in one(of: alphabet) }
        return try UnitID(ascii: bytes)
    }

    mutating func token() -> ResumeToken {
        let count: Int = number(0...Limits.resumeTokenBytesMax)
        return ResumeToken((0..<count).map { _ in number() as UInt8 }) ?? .none
    }

    mutating func host() -> String {
        let alphabet = Array("abcxyzABC0189-.:")
        return String((0..<(number(1...Limits.hostBytesMax) as Int)).map { _ in one(of: alphabet) })
    }

    /// Text of one to four bytes a character whose length is anywhere in `bytes`, often at its ends.
    mutating func text(_ bytes: ClosedRange<Int>) -> String {
        let length = one(of: [bytes.lowerBound, bytes.upperBound, number(bytes), number(bytes)])
        let characters: [Unicode.Scalar] = ["a", "Z", "0", " ", "\n", "\0", "ө", "Я", "€", "𝄞"]
        var text = String.UnicodeScalarView()
        var count = 0
        while count < length {
            let scalar = one(of: characters)
            guard count + UTF8.width(scalar) <= length else {
                text.append("x")
                count += 1
                continue
            }
            text.append(scalar)
            count += UTF8.width(scalar)
        }
        return String(text)
    }

    mutating func alert() -> AlertID? {
        Bool.random(using: &random) ? AlertID(number(1...UInt64.max)) : nil
    }

    mutating func time() -> WallTime { WallTime(clampingMilliseconds: number(0...WallTime.millisecondsMax)) }

    mutating func one<Element>(of elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &random)]
    }

    /// Anywhere in the range, often at its ends.
    mutating func number<Number: FixedWidthInteger>(_ range: ClosedRange<Number> = .min ... .max) -> Number {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: range.lowerBound
        case 1: range.upperBound
        default: Number.random(in: range, using: &random)
        }
    }
}

struct MakerError: Error {}
