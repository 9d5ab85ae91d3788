import AlertModel
import Testing
import UnitProtocol

@Suite("The scanner finds whole frames")
struct FrameScannerTests {
    /// What a connection does: keeps the rest, appends what arrives.
    private func read(_ pieces: [[UInt8]]) throws -> [UnitMessage] {
        var kept: [UInt8] = []
        var messages: [UnitMessage] = []
        for piece in pieces {
            kept += piece
            let consumed = try kept.withUnsafeBytes { bytes in
                var scanner = FrameScanner(bytes)
                while case .frame(let frame) = try scanner.next() {
                    #expect(frame.totalBytes == 4 + frame.header.bodyBytes)
                    if let message = try UnitMessage(frame) { messages.append(message) }
                }
                #expect(scanner.isInsideFrame == (scanner.consumedBytes < bytes.count))
                return scanner.consumedBytes
            }
            kept.removeFirst(consumed)
        }
        #expect(kept.isEmpty)
        return messages
    }

    private func stream() throws -> (messages: [UnitMessage], bytes: [UInt8]) {
        var maker = MessageMaker(seed: 9)
        let messages: [UnitMessage] = [
            .hello(try maker.hello()), .press(maker.press()), .heartbeat(maker.heartbeat()),
            .goodbye(Goodbye(.other)),
        ]
        let bytes = try messages.flatMap { try #require(AnyMessage.unit($0).bytes()) }
        return (messages, bytes)
    }

    @Test("split at every byte")
    func splitEverywhere() throws {
        let (messages, bytes) = try stream()
        for place in 0...bytes.count {
            #expect(try read([Array(bytes[..<place]), Array(bytes[place...])]) == messages)
        }
    }

    @Test("byte by byte")
    func byteByByte() throws {
        let (messages, bytes) = try stream()
        #expect(try read(bytes.map { [$0] }) == messages)
    }

    @Test("says how many bytes are missing")
    func missing() throws {
        let frame = Wire.frame(type: 3, body: [1, 2, 3])
        for count in 0..<frame.count {
            let step = try Array(frame[..<count]).withUnsafeBytes { bytes in
                var scanner = FrameScanner(bytes)
                return try scanner.next()
            }
            guard case .needMore(let missing) = step else {
                Issue.record("a frame in \(count) bytes")
                continue
            }
            #expect(missing == (count < 4 ? 4 - count : 7 - count))
        }
    }

    @Test("the longest body passes, one byte more is refused from its length alone")
    func oversized() throws {
        let longest = Wire.frame(type: 0x7F, body: [UInt8](repeating: 0, count: Limits.bodyBytesMax))
        #expect(try read([longest]).isEmpty)
        for length in [Limits.bodyBytesMax + 1, 0xFFFF] {
            #expect(throws: FrameError(.oversized(bodyBytes: length), offset: 0)) {
                try [UInt8(length >> 8), UInt8(length & 0xFF)].withUnsafeBytes { bytes in
                    var scanner = FrameScanner(bytes)
                    _ = try scanner.next()
                }
            }
        }
    }

    @Test("an empty body is a frame")
    func emptyBody() throws {
        #expect(try read([Wire.frame(type: 0x7F, body: [])]).isEmpty)
    }

    @Test("unknown types are skipped unless they must be understood, whatever their number")
    func unknownTypes() throws {
        for type in UInt8.min...UInt8.max where MessageType(rawValue: type) == nil {
            #expect(try Wire.unitMessage(Wire.frame(type: type, flags: 0xFE, body: [1])) == nil)
            #expect(throws: FrameError(.unknownType(type), offset: 2)) {
                try Wire.unitMessage(Wire.frame(type: type, flags: 1, body: [1]))
            }
            #expect(throws: FrameError(.unknownType(type), offset: 2)) {
                try Wire.gatewayMessage(Wire.frame(type: type, flags: 1, body: [1]))
            }
        }
    }

    @Test("a type of the other end is refused")
    func wrongDirection() {
        for type in MessageType.allCases {
            let frame = Wire.frame(type: type.rawValue, body: [])
            let error = FrameError(.wrongDirection(type), offset: 2)
            if type.sender == .gateway { #expect(throws: error) { try Wire.unitMessage(frame) } }
            if type.sender == .unit { #expect(throws: error) { try Wire.gatewayMessage(frame) } }
        }
    }
}
