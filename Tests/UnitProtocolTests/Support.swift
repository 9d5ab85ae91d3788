// What the tests share: a seeded generator, whole frames as arrays, and both directions behind one face.

import AlertModel
import UnitProtocol

/// SplitMix64: the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// A message of either direction.
enum AnyMessage: Hashable {
    case unit(UnitMessage)
    case gateway(GatewayMessage)

    var type: MessageType {
        switch self {
        case .unit(let message): message.type
        case .gateway(let message): message.type
        }
    }

    /// The whole frame; nil when it cannot be encoded.
    func bytes(roomBytes: Int = Limits.frameBytesMax) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0xAA, count: roomBytes)
        let count = bytes.withUnsafeMutableBytes { buffer in
            switch self {
            case .unit(let message): message.encode(into: buffer)
            case .gateway(let message): message.encode(into: buffer)
            }
        }
        return count.map { Array(bytes[..<$0]) }
    }

    /// Reads it back the way its receiver would.
    func decodedAgain(from bytes: [UInt8]) throws(FrameError) -> AnyMessage? {
        switch self {
        case .unit: try Wire.unitMessage(bytes).map { .unit($0) }
        case .gateway: try Wire.gatewayMessage(bytes).map { .gateway($0) }
        }
    }
}

enum Wire {
    /// The first frame in `bytes` as a gateway reads it; nil when it is skipped or not whole.
    static func unitMessage(_ bytes: [UInt8]) throws(FrameError) -> UnitMessage? {
        try withFrame(bytes) { frame throws(FrameError) in try UnitMessage(frame) }
    }

    /// The first frame in `bytes` as a unit reads it; nil when it is skipped or not whole.
    static func gatewayMessage(_ bytes: [UInt8]) throws(FrameError) -> GatewayMessage? {
        try withFrame(bytes) { frame throws(FrameError) in try GatewayMessage(frame) }
    }

    static func frame(type: UInt8, flags: UInt8 = 0, body: [UInt8]) -> [UInt8] {
        [UInt8(body.count >> 8), UInt8(body.count & 0xFF), type, flags] + body
    }

    private static func withFrame<Message>(
        _ bytes: [UInt8], _ body: (Frame) throws(FrameError) -> Message?
    ) throws(FrameError) -> Message? {
        // A copy of exactly this size, so that a read past the end is past the allocation.
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { copy.deallocate() }
        copy.copyBytes(from: bytes)
        var scanner = FrameScanner(UnsafeRawBufferPointer(copy))
        guard case .frame(let frame) = try scanner.next() else { return nil }
        return try body(frame)
    }
}
