import AlertModel
import Testing
import UnitProtocol

@Suite("Hostile bytes give a typed error and nothing else")
struct HostileBytesTests {
    /// Reads as both ends do, and checks what holds for every outcome.
    private func check(_ bytes: [UInt8], _ hint: @autoclosure () -> String) {
        do throws(FrameError) {
            if let message = try Wire.unitMessage(bytes) { checkAgain(.unit(message), hint()) }
        } catch {
            checkError(error, in: bytes, hint())
        }
        do throws(FrameError) {
            if let message = try Wire.gatewayMessage(bytes) { checkAgain(.gateway(message), hint()) }
        } catch {
            checkError(error, in: bytes, hint())
        }
    }

    /// What was decoded encodes, and decodes to the same.
    private func checkAgain(_ message: AnyMessage, _ hint: String) {
        guard let bytes = message.bytes() else {
            Issue.record("\(hint): \(message) was decoded and cannot be encoded")
            return
        }
        do throws(FrameError) {
            guard try message.decodedAgain(from: bytes) != message else { return }
            Issue.record("\(hint): \(message) changes on its way")
        } catch {
            Issue.record("\(hint): \(message) encodes to bytes that are refused: \(error)")
        }
    }

    private func checkError(_ error: FrameError, in bytes: [UInt8], _ hint: String) {
        if error.offset < 0 || error.offset > bytes.count { Issue.record("\(hint): \(error) is outside") }
        let unable = Unable(error, refusedType: 1)
        if unable.text.isEmpty || unable.text.utf8.count > Limits.unableTextBytesMax {
            Issue.record("\(hint): \(error) has no good text")
        }
    }

    @Test("a body cut at any length is refused where it ends", arguments: [UInt64](1...3))
    func truncation(seed: UInt64) throws {
        var maker = MessageMaker(seed: seed)
        for message in try maker.oneOfEach() {
            let bytes = try #require(message.bytes())
            // An unknown command without arguments is whole at its header; the long bodies are cut at samples.
            let step = max(1, bytes.count / 500)
            for count in stride(from: 4, to: bytes.count, by: step) {
                let cut = Wire.frame(type: bytes[2], body: Array(bytes[4..<count]))
                #expect("seed \(seed): \(message.type) cut at \(count)") {
                    try message.decodedAgain(from: cut)
                } throws: { error in
                    guard let error = error as? FrameError else { return false }
                    return error.reason == .truncated && error.offset <= count && error.endsConnection
                }
            }
        }
    }

    @Test("every byte of every message, changed to other values")
    func everyByteMutated() throws {
        var maker = MessageMaker(seed: 42)
        for message in try maker.oneOfEach() {
            let bytes = try #require(message.bytes())
            let step = max(1, bytes.count / 200)
            for place in stride(from: 0, to: bytes.count, by: step) {
                for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF, bytes[place] &+ 1, bytes[place] ^ 0x40] {
                    var changed = bytes
                    changed[place] = value
                    check(changed, "\(message.type) with byte \(place) set to \(value)")
                }
            }
        }
    }

    @Test("random bodies under every type", arguments: [UInt64](1...4))
    func randomBodies(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var bytes: [UInt8] = []
        for run in 0..<40_000 {
            let type = UInt8.random(in: 0...0x48, using: &random)
            let count = Int.random(in: 0...72, using: &random)
            let mask: UInt8 = run % 2 == 0 ? 0xFF : 0x0F  // small numbers reach deeper
            bytes = [0, UInt8(count), type, UInt8.random(in: 0...3, using: &random)]
            for _ in 0..<count { bytes.append(UInt8.random(in: .min ... .max, using: &random) & mask) }
            if type == MessageType.hello.rawValue, count > 0 { bytes[4] = 1 }
            check(bytes, "seed \(seed), run \(run)")
        }
    }

    @Test("random bytes without any form", arguments: [UInt64](100...103))
    func randomBytes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for run in 0..<20_000 {
            let count = Int.random(in: 0...40, using: &random)
            var bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            if count > 1, run % 2 == 0 { bytes[0] = 0 }
            check(bytes, "seed \(seed), run \(run)")
        }
    }

    @Test("values outside their lists cost the frame, not the connection")
    func listedValues() {
        let cases: [(MessageType, [UInt8], Int)] = [
            (.heartbeat, [4, 0, 0, 0, 0], 4),
            (.heartbeat, [0, 0, 0, 0, 0], 4),
            (.faultBegin, [UInt8](repeating: 0, count: 20) + [19], 24),
            (.stageConfirm, [UInt8](repeating: 0, count: 8) + [0], 12),
            (.position, [0x7F, 0xFF, 0xFF, 0xFF] + [UInt8](repeating: 0, count: 21), 4),
            (.commandResult, [UInt8](repeating: 0, count: 12) + [7, 0, 0], 16),
            (.textReply, [0, 0, 0, 0, 0, 0, 0], 8),
        ]
        for (type, body, offset) in cases {
            let error = FrameError(.valueOutOfRange, offset: offset)
            #expect(throws: error) { try Wire.unitMessage(Wire.frame(type: type.rawValue, body: body)) }
            #expect(!error.endsConnection)
        }
    }

    @Test("a field is judged before the next one is read, and named by its own place")
    func places() {
        let latitude: [UInt8] = [0x7F, 0xFF, 0xFF, 0xFF]
        let zeros = [UInt8](repeating: 0, count: 21)
        // A latitude outside the Earth, and nothing behind it.
        #expect(throws: FrameError(.valueOutOfRange, offset: 4)) {
            try Wire.unitMessage(Wire.frame(type: MessageType.position.rawValue, body: latitude))
        }
        #expect(throws: FrameError(.valueOutOfRange, offset: 8)) {
            try Wire.unitMessage(
                Wire.frame(type: MessageType.position.rawValue, body: zeros[..<4] + latitude + zeros))
        }
        // A unit identifier of 17 bytes is none, whether or not they follow.
        let hello: [UInt8] = [1, 0, 0, 0] + [UInt8](repeating: 0, count: 20) + [17]
        #expect(throws: FrameError(.badIdentifier, offset: 28)) {
            try Wire.unitMessage(Wire.frame(type: MessageType.hello.rawValue, body: hello))
        }
    }

    @Test("texts are valid UTF-8 of an allowed length")
    func texts() {
        // A reply's length is at byte 9, its text at byte 11.
        func reply(_ text: [UInt8]) -> [UInt8] {
            Wire.frame(
                type: MessageType.textReply.rawValue,
                body: [0, 0, 0, 1, 4, UInt8(text.count >> 8), UInt8(text.count & 0xFF)] + text)
        }
        let broken: [[UInt8]] = [[0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF]]
        for text in broken {
            #expect(throws: FrameError(.badText, offset: 11)) { try Wire.unitMessage(reply(text)) }
        }
        #expect(throws: FrameError(.badLength(bytes: 501), offset: 9)) {
            try Wire.unitMessage(reply([UInt8](repeating: 0x61, count: 501)))
        }
    }
}
