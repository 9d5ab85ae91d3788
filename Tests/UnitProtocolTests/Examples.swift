// What the document's examples mean, by the name in their first line.

import AlertModel
import UnitProtocol

/// What a receiver makes of an example.
enum Expected {
    case message(AnyMessage)
    /// As a gateway reads it.
    case skipped
    /// As a gateway reads it.
    case refused(FrameError.Reason, offset: Int)

    static func unit(_ message: UnitMessage) -> Expected { .message(.unit(message)) }
    static func gateway(_ message: GatewayMessage) -> Expected { .message(.gateway(message)) }
}

enum Examples {
    /// 2026-11-21T09:30:00Z and some milliseconds.
    static func at(_ milliseconds: UInt64) -> WallTime {
        WallTime(clampingMilliseconds: 1_795_253_400_000 + milliseconds)
    }

    static let sdp = "v=0\r\no=- 42 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"

    static func all() throws -> [String: Expected] {
        let parts = [try connection(), alerts(), sessions(), commands(), refusals()]
        return parts.reduce(into: [:]) { all, part in all.merge(part) { first, _ in first } }
    }

    static func connection() throws -> [String: Expected] {
        let baiterek = GeoPoint(latitudeE7: 511_282_580, longitudeE7: 714_305_640)
        guard let baiterek,
            let helloToken = ResumeToken([0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6, 0x07, 0x18]),
            let welcomeToken = ResumeToken([0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF])
        else { throw MakerError() }
        let place = LastPosition(point: baiterek, accuracyCm: 350, ageS: 4)
        return [
            "hello": .unit(
                .hello(
                    Hello(
                        unit: try UnitID("KZ-AST-0017"), boot: 7, firmware: 0x0002_0301,
                        capabilities: [.audio, .video, .positioning, .stageDisplay], isPressPending: true,
                        clock: at(1_250), path: 1, resume: helloToken))),
            "hello, first of its life": .unit(
                .hello(
                    Hello(
                        unit: try UnitID("7"), boot: 1, firmware: 0x0002_0301, capabilities: [],
                        isPressPending: false))),
            "welcome": .gateway(
                .welcome(
                    Welcome(
                        minor: 0, granted: [.positioning, .stageDisplay], heartbeatIntervalS: 30,
                        reportingTimeS: 90, gatewayTime: at(1_300), resume: welcomeToken))),
            "heartbeat": .unit(
                .heartbeat(
                    Heartbeat(
                        power: .mains, batteryPercent: 98, signalDBm: -71, temperatureC: -12, isDoorOpen: true))),
            "heartbeat, nothing measured": .unit(
                .heartbeat(
                    Heartbeat(
                        power: .battery, batteryPercent: nil, signalDBm: nil, temperatureC: nil,
                        isDoorOpen: false))),
            "position": .unit(
                .position(
                    Position(
                        point: baiterek, accuracyCm: 350, speedCmS: 1_389, headingCentidegrees: 27_000,
                        fixedAt: at(0), satellites: 9))),
            "press": .unit(
                .press(PressMessage(boot: 7, counter: 1, category: .police, pressedAt: at(0), position: place))),
            "goodbye": .unit(.goodbye(Goodbye(.update))),
            "redirect": .gateway(.redirect(Redirect(host: "gw2.example.org", port: 7_443, retryAfterS: 0))),
        ]
    }

    static func alerts() -> [String: Expected] {
        [
            "press, without a position": .unit(
                .press(PressMessage(boot: 7, counter: 2, category: .test, pressedAt: at(60_000), position: nil))),
            "press, a test call with results": .unit(
                .press(
                    PressMessage(
                        boot: 7, counter: 3, category: .test, pressedAt: at(60_000), position: nil,
                        results: [.speakerFailed, .batteryFailed]))),
            "cancel": .unit(
                .cancel(CancelMessage(boot: 7, counter: 3, pressCounter: 1, cancelledAt: at(20_000)))),
            "faultBegin": .unit(
                .faultBegin(
                    FaultMessage(boot: 7, counter: 4, fault: .batteryLow, changedAt: at(30_000), detail: 14))),
            "faultEnd": .unit(
                .faultEnd(
                    FaultMessage(boot: 7, counter: 5, fault: .overheating, changedAt: at(90_000), detail: -5))),
            "stage": .gateway(
                .stage(StageNotice(alert: AlertID(4_711), boot: 7, counter: 1, stage: .stored, at: at(1_312)))),
            "stageConfirm": .unit(.stageConfirm(StageConfirm(alert: AlertID(4_711), stage: .stored))),
            "acknowledgement": .gateway(.acknowledgement(Acknowledgement(boot: 7, counter: 3))),
            "time": .gateway(.time(ClockNotice(gatewayTime: at(1_300)))),
            "unable": .gateway(
                .unable(
                    Unable(
                        .identity, refusedType: 1, refusedOffset: 28, text: "the certificate is for KZ-AST-0018")
                )),
        ]
    }

    static func sessions() -> [String: Expected] {
        let fromUnit = SessionID(1)
        return [
            "offer": .unit(.offer(SessionDescription(session: fromUnit, alert: AlertID(4_711), sdp: sdp))),
            "answer": .unit(.answer(SessionDescription(session: SessionID(0x8000_0001), alert: nil, sdp: sdp))),
            "candidate": .unit(
                .candidate(
                    SessionCandidate(
                        session: fromUnit, mediaLine: 0, mediaID: "0",
                        candidate: "candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host"))),
            "candidate, no more": .unit(
                .candidate(SessionCandidate(session: fromUnit, mediaLine: 0, mediaID: "", candidate: ""))),
            "sessionEnd": .unit(.sessionEnd(SessionEnd(session: fromUnit, reason: .finished))),
        ]
    }

    static func commands() -> [String: Expected] {
        func command(_ number: UInt64, _ validForS: UInt16, _ action: CommandAction) -> Expected {
            .gateway(.command(Command(id: CommandID(number), validForS: validForS, action: action)))
        }
        return [
            "command, siren": command(901, 10, .siren(seconds: 30)),
            "command, beacon": command(902, 10, .beacon(seconds: 0)),
            "command, announce": command(903, 10, .announce(message: 0, language: "kk", text: "Көмек келе жатыр")),
            "command, volume": command(904, 0, .volume(percent: 80)),
            "command, camera preset": command(905, 10, .cameraPreset(camera: 0, preset: 3)),
            "command, self-test": command(906, 60, .selfTest([.microphone, .speaker, .battery, .camera])),
            "command, send data": command(907, 10, .sendData([.heartbeat, .position])),
            "command, restart": command(908, 60, .restart(afterSeconds: 5)),
            "command, configure": command(909, 0, .configure(key: "lamp.night", value: "40")),
            "command, move": command(910, 0, .move(host: "gw2.example.org", port: 7_443)),
            "commandResult": .unit(
                .commandResult(
                    UnitCommandResult(
                        id: CommandID(906), status: .done, value: UInt32(UnitParts.speaker.rawValue),
                        detail: "no echo"))),
            "text": .gateway(
                .text(
                    TextQuestion(
                        id: QuestionID(12), alert: AlertID(4_711), allowed: [.yes, .no, .unsure], language: "ru",
                        text: "Вы ранены?"))),
            "textReply": .unit(.textReply(TextReply(question: QuestionID(12), reply: .no))),
        ]
    }

    static func refusals() -> [String: Expected] {
        [
            "skipped, unknown type": .skipped,
            "refused, unknown type": .refused(.unknownType(0x7F), offset: 2),
            "refused, oversized": .refused(.oversized(bodyBytes: 16_641), offset: 0),
            "refused, truncated": .refused(.truncated, offset: 6),
            "refused, version": .refused(.unsupportedVersion(major: 2), offset: 4),
            "refused, unit id": .refused(.badIdentifier, offset: 28),
            "refused, value": .refused(.valueOutOfRange, offset: 12),
            "refused, text": .refused(.badText, offset: 10),
            "refused, wrong direction": .refused(.wrongDirection(.welcome), offset: 2),
        ]
    }
}
