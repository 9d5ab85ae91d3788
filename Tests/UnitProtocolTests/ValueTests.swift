import AlertModel
import Testing
import UnitProtocol

@Suite("Values of the protocol")
struct ValueTests {
    @Test("fixed messages are plain values without a heap")
    func layout() {
        #expect(_isPOD(Hello.self))
        #expect(_isPOD(Welcome.self))
        #expect(_isPOD(Heartbeat.self))
        #expect(_isPOD(Position.self))
        #expect(_isPOD(Goodbye.self))
        #expect(_isPOD(PressMessage.self))
        #expect(_isPOD(CancelMessage.self))
        #expect(_isPOD(FaultMessage.self))
        #expect(_isPOD(StageNotice.self))
        #expect(_isPOD(StageConfirm.self))
        #expect(_isPOD(Acknowledgement.self))
        #expect(_isPOD(ClockNotice.self))
        #expect(_isPOD(SessionEnd.self))
        #expect(_isPOD(ResumeToken.self))
        #expect(_isPOD(Frame.self))
        #expect(_isPOD(FrameScanner.self))
        #expect(_isPOD(FrameError.self))
    }

    @Test("versions meet at the smaller minor one")
    func negotiation() {
        let old = ProtocolVersion(major: 1, minor: 2)
        let new = ProtocolVersion(major: 1, minor: 5)
        #expect(old.negotiated(with: new) == old)
        #expect(new.negotiated(with: old) == old)
        #expect(old.negotiated(with: ProtocolVersion(major: 2, minor: 2)) == nil)
        #expect(ProtocolVersion.applicationProtocol == "sos-unit/\(ProtocolVersion.current.major)")
    }

    @Test("a hello of a later minor version is taken, its unknown capabilities are kept")
    func laterMinor() throws {
        let hello = Hello(
            unit: try UnitID("A"), boot: 1, firmware: 1, capabilities: Capabilities(rawValue: 0x8000_0001),
            isPressPending: false, version: ProtocolVersion(major: 1, minor: 9))
        let bytes = try #require(AnyMessage.unit(.hello(hello)).bytes())
        #expect(try Wire.unitMessage(bytes) == .hello(hello))
        #expect(hello.capabilities.intersection(.known) == .audio)
    }

    @Test("a resume token holds up to 32 bytes")
    func tokens() {
        #expect(ResumeToken([UInt8](repeating: 1, count: 33)) == nil)
        for count in 0...32 {
            let bytes = (0..<count).map { UInt8($0 + 1) }
            #expect(ResumeToken(bytes)?.withBytes(Array.init) == bytes)
        }
        #expect(ResumeToken([]) == ResumeToken.none)
        #expect(ResumeToken([0]) != ResumeToken.none)
    }

    @Test("a long UNABLE text is cut between characters")
    func unableText() {
        let text = Unable(.deadline, text: String(repeating: "ж", count: 150) + "!").text
        #expect(text == String(repeating: "ж", count: 100))
        #expect(Unable(.deadline, text: "a" + String(repeating: "ж", count: 150)).text.utf8.count == 199)
    }

    @Test("an error becomes an UNABLE that names code, frame and place")
    func unableOfError() {
        let unable = Unable(FrameError(.truncated, offset: 9), refusedType: MessageType.press.rawValue)
        #expect(unable.code == .notEnoughInformation)
        #expect(unable.refusedType == 0x10)
        #expect(unable.refusedOffset == 9)
        #expect(unable.text == "the body ends inside a field (byte 9)")
    }

    @Test("a clock more than 20 s ahead or 40 s behind is told")
    func clocks() {
        let gateway = WallTime(clampingMilliseconds: 1_795_253_400_000)
        func isDue(_ seconds: Int64) -> Bool {
            ClockNotice.isDue(
                unit: WallTime(nanoseconds: gateway.nanoseconds + seconds * 1_000_000_000), gateway: gateway)
        }
        #expect([0, 20, -40].allSatisfy { !isDue($0) })
        #expect([21, -41, 86_400, -86_400].allSatisfy(isDue))
        #expect(ClockNotice.isDue(unit: WallTime(nanoseconds: .max), gateway: WallTime(nanoseconds: .min)))
    }

    @Test("measurements outside their range are not measured; a heading is within the circle")
    func measurements() throws {
        let heartbeat = Wire.frame(type: MessageType.heartbeat.rawValue, body: [1, 101, 1, 0x80, 0xFE])
        let expected = Heartbeat(
            power: .mains, batteryPercent: nil, signalDBm: nil, temperatureC: nil, isDoorOpen: false)
        #expect(try Wire.unitMessage(heartbeat) == .heartbeat(expected))
        var maker = MessageMaker(seed: 5)
        var bytes = try #require(AnyMessage.unit(.position(try maker.position())).bytes())
        bytes.replaceSubrange(18..<20, with: [0x8C, 0xA0])  // 36,000
        guard case .position(let position) = try Wire.unitMessage(bytes) else { throw MakerError() }
        #expect(position.headingCentidegrees == 0)
    }
}
