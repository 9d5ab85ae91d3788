// Field by field: what the gateway reads against what the C library reads, with what the document lets each keep.

import SosFrame

enum PairFields {
    static func check(_ swift: UnitMessage, _ c: sos_message) {
        demand(swift.type.rawValue == c.type, "the types differ")
        switch swift {
        case .hello(let hello): check(hello, c.as.hello)
        case .heartbeat(let heartbeat): check(heartbeat, c.as.heartbeat)
        case .position(let position): check(position, c.as.position)
        case .press(let press): check(press, c.as.press)
        case .cancel(let cancel):
            let c = c.as.cancel
            same(cancel.boot, c.boot)
            same(cancel.counter, c.counter)
            same(cancel.pressCounter, c.press_counter)
            same(cancel.cancelledAt, c.time_ms)
        case .faultBegin(let fault), .faultEnd(let fault):
            let c = c.as.fault
            same(fault.boot, c.boot)
            same(fault.counter, c.counter)
            same(fault.changedAt, c.time_ms)
            same(fault.detail, c.detail)
            same(fault.fault.rawValue, c.fault)
        case .stageConfirm(let confirm):
            same(confirm.alert.value, c.as.stage_confirm.alert)
            same(confirm.stage.rawValue, c.as.stage_confirm.stage)
        case .offer(let description), .answer(let description): check(description, c.as.description)
        case .candidate(let candidate): check(candidate, c.as.candidate)
        case .sessionEnd(let end): check(end, c.as.session_end)
        case .commandResult(let result):
            let c = c.as.command_result
            same(result.id.value, c.id)
            same(result.value, c.value)
            same(result.status.rawValue, c.status)
            same(result.detail, c.detail)
        case .textReply(let reply):
            same(reply.question.value, c.as.text_reply.id)
            same(reply.reply.rawValue, c.as.text_reply.reply)
            same(reply.text, c.as.text_reply.text)
        case .unable(let unable): check(unable, c.as.unable)
        case .goodbye(let goodbye): same(goodbye.reason.rawValue, c.as.goodbye.reason)
        }
    }

    static func check(_ swift: GatewayMessage, _ c: sos_message) {
        demand(swift.type.rawValue == c.type, "the types differ")
        switch swift {
        case .welcome(let welcome):
            let c = c.as.welcome
            same(welcome.minor, c.minor)
            same(welcome.heartbeatIntervalS, c.heartbeat_s)
            same(welcome.reportingTimeS, c.reporting_s)
            same(welcome.granted.rawValue, c.granted)
            same(welcome.gatewayTime, c.clock_ms)
            same(welcome.resume, c.resume_token)
        case .acknowledgement(let acknowledgement):
            same(acknowledgement.boot, c.as.acknowledgement.boot)
            same(acknowledgement.counter, c.as.acknowledgement.counter)
        case .time(let notice): same(notice.gatewayTime, c.as.time.clock_ms)
        case .unable(let unable): check(unable, c.as.unable)
        case .stage(let notice):
            let c = c.as.stage
            same(notice.alert.value, c.alert)
            same(notice.boot, c.boot)
            same(notice.counter, c.counter)
            same(notice.stage.rawValue, c.stage)
            same(notice.at, c.time_ms)
        case .offer(let description), .answer(let description): check(description, c.as.description)
        case .candidate(let candidate): check(candidate, c.as.candidate)
        case .sessionEnd(let end): check(end, c.as.session_end)
        case .command(let command): check(command, c.as.command)
        case .text(let question):
            let c = c.as.question
            same(question.id.value, c.id)
            same(question.alert?.value ?? 0, c.alert)
            same(question.allowed.rawValue, c.allowed)
            same(question.language, c.language)
            same(question.text, c.text)
        case .redirect(let redirect):
            same(redirect.port, c.as.redirect.port)
            same(redirect.retryAfterS, c.as.redirect.retry_after_s)
            same(redirect.host, c.as.redirect.host)
        case .goodbye(let goodbye): same(goodbye.reason.rawValue, c.as.goodbye.reason)
        }
    }

    private static func check(_ hello: Hello, _ c: sos_hello) {
        same(hello.version.major, c.major)
        same(hello.version.minor, c.minor)
        same(hello.isPressPending, UInt32(c.flags) & SOS_HELLO_PRESS_PENDING != 0)
        same(hello.path, c.path)
        same(hello.boot, c.boot)
        same(hello.firmware, c.firmware)
        same(hello.capabilities.rawValue, c.capabilities)
        same(hello.clock?.milliseconds ?? 0, c.clock_ms)
        same(hello.unit.description, c.unit_id)
        same(hello.resume, c.resume_token)
    }

    /// A gauge outside its range is not measured; the C library leaves that to its caller.
    private static func check(_ heartbeat: Heartbeat, _ c: sos_heartbeat) {
        same(heartbeat.power.rawValue, c.power)
        same(heartbeat.batteryPercent, c.battery_percent <= 100 ? c.battery_percent : nil)
        same(heartbeat.signalDBm, c.signal_dbm <= 0 && c.signal_dbm > -128 ? c.signal_dbm : nil)
        same(heartbeat.temperatureC, c.temperature_c == -128 ? nil : c.temperature_c)
        same(heartbeat.isDoorOpen, c.flags & 1 != 0)
    }

    private static func check(_ position: Position, _ c: sos_position) {
        same(position.point.latitudeE7, c.latitude_e7)
        same(position.point.longitudeE7, c.longitude_e7)
        same(position.accuracyCm, c.accuracy_cm)
        same(position.speedCmS, c.speed_cm_s)
        same(position.headingCentidegrees, c.heading_centidegrees % 36_000)
        same(position.fixedAt, c.time_ms)
        same(position.satellites, c.satellites)
    }

    /// A press is never refused: what is wrong with its details is mended by the gateway, not by the library.
    private static func check(_ press: PressMessage, _ c: sos_press) {
        same(press.boot, c.boot)
        same(press.counter, c.counter)
        same(press.pressedAt, c.time_ms)
        let isPressed = (1...4).contains(c.category) || UInt32(c.category) == SOS_TEST
        same(press.category.rawValue, isPressed ? c.category : UInt8(SOS_POLICE))
        let isOnEarth = abs(Int64(c.latitude_e7)) <= 900_000_000 && abs(Int64(c.longitude_e7)) <= 1_800_000_000
        same(press.position != nil, UInt32(c.flags) & SOS_PRESS_HAS_POSITION != 0 && isOnEarth)
        if let position = press.position {
            same(position.point.latitudeE7, c.latitude_e7)
            same(position.point.longitudeE7, c.longitude_e7)
            same(position.accuracyCm, c.accuracy_cm)
            same(position.ageS, c.age_s)
        }
        let hasResults = UInt32(c.flags) & SOS_PRESS_HAS_RESULTS != 0 && UInt32(c.category) == SOS_TEST
        same(press.results?.rawValue, hasResults ? c.flags >> 4 : nil)
    }

    private static func check(_ description: SessionDescription, _ c: sos_description) {
        same(description.session.value, c.session)
        same(description.alert?.value ?? 0, c.alert)
        same(description.sdp, c.sdp)
    }

    private static func check(_ candidate: SessionCandidate, _ c: sos_candidate) {
        same(candidate.session.value, c.session)
        same(candidate.mediaLine, c.media_line)
        same(candidate.mediaID, c.mid)
        same(candidate.candidate, c.candidate)
    }

    private static func check(_ end: SessionEnd, _ c: sos_session_end) {
        same(end.session.value, c.session)
        same(end.reason.rawValue, c.reason)
    }

    private static func check(_ unable: Unable, _ c: sos_unable) {
        same(unable.code.rawValue, c.code)
        same(unable.refusedType, c.type)
        same(unable.refusedOffset, c.offset)
        same(unable.text, c.text)
    }

    private static func check(_ command: Command, _ c: sos_command) {
        same(command.id.value, c.id)
        same(command.validForS, c.valid_s)
        same(command.action.kind, c.kind)
        switch command.action {
        case .siren(let seconds), .beacon(let seconds), .restart(let seconds): same(seconds, c.value)
        case .announce(let message, let language, let text):
            same(message, c.value)
            same(language, c.name)
            same(text, c.text)
        case .volume(let percent): same(percent, c.level)
        case .cameraPreset(let camera, let preset):
            same(camera, c.level)
            same(preset, c.preset)
        case .selfTest(let parts): same(parts.rawValue, c.value)
        case .sendData(let kinds): same(kinds.rawValue, c.value)
        case .configure(let key, let value):
            same(key, c.name)
            same(value, c.text)
        case .move(let host, let port):
            same(host, c.name)
            same(port, c.value)
        case .unknown: break
        }
    }

    private static func same<Value: Equatable>(_ swift: Value, _ c: Value, line: Int = #line) {
        if swift != c { fatalError("Swift reads \(swift), C reads \(c) (PairFields.swift:\(line))") }
    }

    private static func same(_ swift: WallTime, _ c: UInt64, line: Int = #line) {
        same(swift.milliseconds, c, line: line)
    }

    /// Byte for byte: Swift's own equality would call two spellings of one letter the same.
    private static func same(_ swift: String, _ c: sos_text, line: Int = #line) {
        let bytes = UnsafeBufferPointer(start: c.bytes, count: Int(c.length))
        if !swift.utf8.elementsEqual(bytes) {
            fatalError("Swift reads \(swift), C reads \(Array(bytes)) (PairFields.swift:\(line))")
        }
    }

    private static func same(_ swift: ResumeToken, _ c: sos_text, line: Int = #line) {
        let bytes = UnsafeBufferPointer(start: c.bytes, count: Int(c.length))
        swift.withBytes { token in
            if !token.elementsEqual(bytes) { fatalError("the resume tokens differ (PairFields.swift:\(line))") }
        }
    }
}
