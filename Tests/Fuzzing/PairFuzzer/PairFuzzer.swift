// Two implementations of one document against each other: the C unit library and the gateway's decoder read the same
// bytes, and must take or refuse them alike, with the same code at the same place, and read the same fields.
// Built by Scripts/fuzz into one module with the sources it tries.
//
// Input: byte 0 chooses (bit 0: from a gateway instead of a unit; bit 1: the header's length is as it stands instead
// of made right), then a frame.

import SosFrame

/// libFuzzer's entry.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: start, count: count)
    guard let choice = input.first else { return 0 }
    // Exactly as long as the frame, so that AddressSanitizer sees one byte too many.
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: count - 1, alignment: 1)
    defer { copy.deallocate() }
    copy.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[1...]))
    if choice & 2 == 0, copy.count >= FrameHeader.bytes, copy.count <= Limits.frameBytesMax {
        let body = copy.count - FrameHeader.bytes
        copy[0] = UInt8(truncatingIfNeeded: body >> 8)
        copy[1] = UInt8(truncatingIfNeeded: body)
    }
    PairFuzzer(UnsafeRawBufferPointer(copy), choice & 1 == 0 ? SOS_FROM_UNIT : SOS_FROM_GATEWAY).run()
    return 0
}

struct PairFuzzer {
    let bytes: UnsafeRawBufferPointer
    let sender: sos_sender
    private var start: UnsafePointer<UInt8>? { bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) }

    init(_ bytes: UnsafeRawBufferPointer, _ sender: sos_sender) {
        self.bytes = bytes
        self.sender = sender
    }

    func run() {
        let whole = sos_frame_bytes(start, UInt32(bytes.count))
        var scanner = FrameScanner(bytes)
        do throws(FrameError) {
            switch try scanner.next() {
            case .needMore: demand(whole == 0 || Int(whole) > bytes.count, "C sees a whole frame of \(whole)")
            case .frame(let frame):
                demand(Int(whole) == frame.totalBytes, "C sees \(whole) bytes, Swift \(frame.totalBytes)")
                compare(frame)
            }
        } catch {
            demand(whole == .max, "C does not see that it is oversized")
            demand(error.reason == .oversized(bodyBytes: Int(bytes[0]) << 8 | Int(bytes[1])), "\(error)")
        }
    }

    private func compare(_ frame: Frame) {
        var message = sos_message()
        var offset: UInt16 = 0
        var code = UInt32(sos_decode(start, UInt32(frame.totalBytes), sender, &message, &offset))
        #if CANARY
            // A decoder that refuses some acknowledgements.
            if isCanaryArmed, code == SOS_OK, bytes[2] == 0x20, bytes[9] >= 0x40 { code = 4711 }
        #endif
        do throws(FrameError) {
            if sender == SOS_FROM_UNIT {
                guard let swift = try UnitMessage(frame) else {
                    return demand(code == SOS_SKIPPED, "Swift skips, C says \(code)")
                }
                demand(
                    code == SOS_OK,
                    "\(code == 4711 ? "canary: " : "")Swift takes \(swift), C says \(code) at \(offset)")
                PairFields.check(swift, message)
                reencode(
                    swift, { $0.encode(into: $1) }, { (frame) throws(FrameError) in try UnitMessage(frame) },
                    message)
            } else {
                guard let swift = try GatewayMessage(frame) else {
                    return demand(code == SOS_SKIPPED, "Swift skips, C says \(code)")
                }
                demand(
                    code == SOS_OK,
                    "\(code == 4711 ? "canary: " : "")Swift takes \(swift), C says \(code) at \(offset)")
                PairFields.check(swift, message)
                reencode(
                    swift, { $0.encode(into: $1) }, { (frame) throws(FrameError) in try GatewayMessage(frame) },
                    message)
            }
        } catch {
            demand(
                code == UInt32(error.unableCode.rawValue),
                "Swift refuses: \(error), \(error.unableCode); C says \(code)")
            demand(Int(offset) == error.offset, "Swift: \(error); C: byte \(offset)")
            demand(sos_code_closes(UInt16(code)) == error.endsConnection, "only one of them closes: \(error)")
        }
    }

    /// What either writes the other one reads, and it means the same.
    private func reencode<Message: Equatable>(
        _ swift: Message, _ encode: (Message, UnsafeMutableRawBufferPointer) -> Int?,
        _ decode: (Frame) throws(FrameError) -> Message?, _ message: sos_message
    ) {
        var message = message
        let written = Int(
            sos_encode(&message, Self.room.assumingMemoryBound(to: UInt8.self), UInt32(Limits.frameBytesMax)))
        demand(written > 0, "C does not encode what it decoded: \(swift)")
        var scanner = FrameScanner(UnsafeRawBufferPointer(start: Self.room, count: written))
        do throws(FrameError) {
            guard case .frame(let frame) = try scanner.next() else { fatalError("C wrote half a frame") }
            demand(try decode(frame) == swift, "Swift reads something else in what C wrote")
        } catch { fatalError("Swift refuses what C wrote: \(error)") }
        let buffer = UnsafeMutableRawBufferPointer(start: Self.room, count: Limits.frameBytesMax)
        guard let count = encode(swift, buffer) else { fatalError("decoded but not encodable: \(swift)") }
        var again = sos_message()
        var offset: UInt16 = 0
        let code = sos_decode(
            Self.room.assumingMemoryBound(to: UInt8.self), UInt32(count), sender, &again, &offset)
        demand(UInt32(code) == SOS_OK, "C refuses what Swift wrote: \(code) at \(offset)")
    }

    /// Made once: the fuzzer has one thread, and an allocation of 16 KiB an input costs more than decoding does.
    private static nonisolated(unsafe) let room = UnsafeMutableRawPointer.allocate(
        byteCount: Limits.frameBytesMax, alignment: 8)
}
