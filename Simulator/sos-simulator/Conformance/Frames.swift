// The frames that the kit sends, byte by byte as section 7 of the document draws them.

import SimulatedField
import UnitProtocol

/// What a unit says.
enum UnitFrames {
    /// Pictograms and position: what a gateway may grant.
    static let capabilities: UInt32 = 1 << 14 | 1 << 15

    /// - Parameters:
    ///   - clock: ms since 1970; 0 none.
    ///   - token: of an earlier welcome.
    ///   - extra: bytes behind the last field.
    static func hello(
        _ unit: String, boot: UInt32, clock: UInt64 = 0, path: UInt8 = 0, flags: UInt8 = 0, major: UInt8 = 1,
        capabilities: UInt32 = capabilities, token: [UInt8] = [], extra: [UInt8] = []
    ) -> RawFrame {
        let fixed =
            [major, 0, flags, path] + BigEndian.u32(boot) + BigEndian.u32(1) + BigEndian.u32(capabilities)
            + BigEndian.u64(clock)
        let name = [UInt8(clamping: unit.utf8.count)] + Array(unit.utf8)
        return RawFrame(.hello, fixed + name + [UInt8(clamping: token.count)] + token + extra)
    }

    static let heartbeat = RawFrame(.heartbeat, [1, 98, 0xB9, 20, 0])

    /// - Parameters:
    ///   - category: 8 is a test call, which no officer sees.
    ///   - position: the twelve bytes of latitude, longitude and accuracy; nil for none.
    static func press(
        boot: UInt32, counter: UInt32, time: UInt64, category: UInt8 = 8, flags: UInt8 = 0,
        position: [UInt8]? = nil,
        extra: [UInt8] = []
    ) -> RawFrame {
        let name = BigEndian.u32(boot) + BigEndian.u32(counter) + BigEndian.u64(time)
        let place = position ?? [UInt8](repeating: 0, count: 12)
        return RawFrame(.press, name + [category, flags | (position == nil ? 0 : 1), 0, 0] + place + extra)
    }

    static func cancel(boot: UInt32, counter: UInt32, press: UInt32, time: UInt64) -> RawFrame {
        RawFrame(
            .cancel, BigEndian.u32(boot) + BigEndian.u32(counter) + BigEndian.u32(press) + BigEndian.u64(time))
    }

    /// - Parameter fault: 9 is a stuck button; there is no 200.
    static func fault(_ type: MessageType, boot: UInt32, counter: UInt32, time: UInt64, fault: UInt8) -> RawFrame {
        RawFrame(
            type,
            BigEndian.u32(boot) + BigEndian.u32(counter) + BigEndian.u64(time) + BigEndian.u32(0) + [fault])
    }
}

/// What a gateway says.
enum GatewayFrames {
    static func welcome(
        heartbeatS: UInt16, reportingS: UInt16, granted: UInt32, clock: UInt64, token: [UInt8], reserved: UInt8 = 0
    ) -> RawFrame {
        RawFrame(
            .welcome,
            [0, reserved] + BigEndian.u16(heartbeatS) + BigEndian.u16(reportingS) + [reserved, reserved]
                + BigEndian.u32(granted) + BigEndian.u64(clock) + [UInt8(clamping: token.count)] + token)
    }

    static func stage(
        _ stage: UInt8, alert: UInt64, boot: UInt32, counter: UInt32, at time: UInt64, extra: [UInt8] = []
    ) -> RawFrame {
        RawFrame(
            .stage,
            BigEndian.u64(alert) + BigEndian.u32(boot) + BigEndian.u32(counter) + BigEndian.u64(time) + [stage]
                + extra)
    }

    /// - Parameter arguments: for kinds 1 and 2 the seconds.
    static func command(_ id: UInt64, kind: UInt8, _ arguments: [UInt8]) -> RawFrame {
        RawFrame(.command, BigEndian.u64(id) + BigEndian.u16(30) + [kind, 0] + arguments)
    }

    static func redirect(_ host: String, port: UInt16, retryAfterS: UInt16) -> RawFrame {
        RawFrame(
            .redirect,
            BigEndian.u16(port) + BigEndian.u16(retryAfterS) + [UInt8(clamping: host.utf8.count)]
                + Array(host.utf8))
    }
}

/// What both say.
enum SharedFrames {
    static func goodbye(_ reason: UInt8) -> RawFrame { RawFrame(.goodbye, [reason]) }

    static func unable(_ code: UInt16, about type: UInt8 = 0, text: [UInt8] = []) -> RawFrame {
        RawFrame(.unable, BigEndian.u16(code) + [type, 0, 0, UInt8(clamping: text.count)] + text)
    }

    static func offer(session: UInt32) -> RawFrame {
        let sdp = Array("v=0\r\no=- 42 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n".utf8)
        return RawFrame(
            .offer,
            BigEndian.u32(session) + BigEndian.u64(0) + BigEndian.u16(UInt16(clamping: sdp.count)) + sdp)
    }

    /// A type that no version has.
    static func unknown(mustUnderstand: Bool) -> RawFrame {
        RawFrame(number: 0x7F, flags: mustUnderstand ? 1 : 0, [42])
    }
}
