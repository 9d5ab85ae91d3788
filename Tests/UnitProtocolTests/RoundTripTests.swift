import AlertModel
import Testing
import UnitProtocol

@Suite("What is encoded is decoded the same")
struct RoundTripTests {
    @Test("random messages of every type", arguments: [UInt64](1...200))
    func roundTrip(seed: UInt64) throws {
        var maker = MessageMaker(seed: seed)
        for message in try maker.oneOfEach() {
            let bytes = try #require(message.bytes(), "seed \(seed): \(message) cannot be encoded")
            #expect(try message.decodedAgain(from: bytes) == message, "seed \(seed)")
            #expect(bytes[2] == message.type.rawValue)
            #expect(bytes[3] == 0)
            #expect(bytes.count == 4 + Int(bytes[0]) << 8 + Int(bytes[1]))
        }
    }

    @Test("the maker makes every type in the directions that the table allows")
    func makerIsComplete() throws {
        var maker = MessageMaker(seed: 1)
        let fromUnit = Set(try maker.fromUnit().map(\.type))
        let fromGateway = Set(maker.fromGateway().map(\.type))
        #expect(fromUnit == Set(MessageType.allCases.filter { $0.sender != .gateway }))
        #expect(fromGateway == Set(MessageType.allCases.filter { $0.sender != .unit }))
    }

    @Test("bytes behind the last known field are skipped", arguments: [UInt64](1...5))
    func longerBodies(seed: UInt64) throws {
        var maker = MessageMaker(seed: seed)
        for message in try maker.oneOfEach() {
            let bytes = try #require(message.bytes())
            let body = Array(bytes[4...]) + [0xDE, 0xAD, 0xBE, 0xEF]
            let longer = Wire.frame(type: bytes[2], body: body)
            #expect(try message.decodedAgain(from: longer) == message, "seed \(seed)")
        }
    }

    @Test("flag bits change nothing for a known type")
    func flags() throws {
        var maker = MessageMaker(seed: 3)
        for message in try maker.oneOfEach() {
            var bytes = try #require(message.bytes())
            for flags: UInt8 in [1, 2, 0x80, 0xFF] {
                bytes[3] = flags
                #expect(try message.decodedAgain(from: bytes) == message)
            }
        }
    }

    @Test("a buffer that is one byte too small is refused, one that fits is filled exactly")
    func tightBuffers() throws {
        var maker = MessageMaker(seed: 7)
        for message in try maker.oneOfEach() {
            let bytes = try #require(message.bytes())
            #expect(message.bytes(roomBytes: bytes.count) == bytes)
            for room in [0, 1, 3, 4, bytes.count - 1] where room < bytes.count {
                #expect(message.bytes(roomBytes: room) == nil)
            }
        }
    }

    @Test("a press is at most 140 bytes")
    func pressIsShort() throws {
        var maker = MessageMaker(seed: 11)
        for _ in 0..<1_000 {
            let bytes = try #require(AnyMessage.unit(.press(maker.press())).bytes())
            #expect(bytes.count <= Limits.pressFrameBytesMax)
            #expect(bytes.count == 36)
        }
    }

    @Test("the longest offer fits a frame")
    func longestOffer() throws {
        let sdp = String(repeating: "x", count: Limits.sdpBytesMax)
        let offer = SessionDescription(session: SessionID(1), alert: nil, sdp: sdp)
        let bytes = try #require(AnyMessage.unit(.offer(offer)).bytes())
        #expect(bytes.count <= Limits.frameBytesMax)
    }

    @Test("what a receiver would refuse is not encoded")
    func invalidValues() {
        let tooLong = String(repeating: "ж", count: 8_193)
        let session = SessionID(1)
        let id = CommandID(1)
        let messages: [AnyMessage] = [
            .unit(.offer(SessionDescription(session: session, alert: nil, sdp: ""))),
            .unit(.offer(SessionDescription(session: session, alert: nil, sdp: tooLong))),
            .unit(
                .candidate(SessionCandidate(session: session, mediaLine: 0, mediaID: tooLong, candidate: ""))),
            .unit(.commandResult(UnitCommandResult(id: id, status: .done, detail: tooLong))),
            .unit(.textReply(TextReply(question: QuestionID(1), reply: .text, text: tooLong))),
            .gateway(.redirect(Redirect(host: "", port: 1, retryAfterS: 0))),
            .gateway(.redirect(Redirect(host: "a b", port: 1, retryAfterS: 0))),
            .gateway(.redirect(Redirect(host: "хост", port: 1, retryAfterS: 0))),
            .gateway(.redirect(Redirect(host: "a", port: 0, retryAfterS: 0))),
            .gateway(.command(Command(id: id, validForS: 0, action: .volume(percent: 101)))),
            .gateway(.command(Command(id: id, validForS: 0, action: .move(host: "a", port: 0)))),
            .gateway(.command(Command(id: id, validForS: 0, action: .configure(key: "", value: "1")))),
            .gateway(.command(Command(id: id, validForS: 0, action: .unknown(kind: 1)))),
            .gateway(
                .command(
                    Command(id: id, validForS: 0, action: .announce(message: 0, language: "k_k", text: "")))),
            .gateway(
                .text(TextQuestion(id: QuestionID(1), alert: nil, allowed: [], language: "", text: "a"))),
            .gateway(
                .text(TextQuestion(id: QuestionID(1), alert: nil, allowed: [], language: "en", text: ""))),
        ]
        for message in messages { #expect(message.bytes() == nil, "\(message)") }
    }
}
