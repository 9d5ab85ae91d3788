// The fuzzer of the unit protocol: reads any bytes as a stream from a unit and as one from a gateway, and stops
// the process when a promise is broken. Built by Scripts/fuzz into one module with the sources it tries.

/// libFuzzer's entry.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: start, count: count)
    FrameFuzzer.read(input) { frame throws(FrameError) in
        guard let message = try UnitMessage(frame) else { return }
        FrameFuzzer.checkAgain(message, encode: { $0.encode(into: $1) }, decode: UnitMessage.init)
    }
    FrameFuzzer.read(input) { frame throws(FrameError) in
        guard let message = try GatewayMessage(frame) else { return }
        FrameFuzzer.checkAgain(message, encode: { $0.encode(into: $1) }, decode: GatewayMessage.init)
    }
    return 0
}

enum FrameFuzzer {
    /// Cuts the input into frames and decodes each. A refused frame must say where, within the frame.
    static func read(_ input: UnsafeRawBufferPointer, _ body: (Frame) throws(FrameError) -> Void) {
        var scanner = FrameScanner(input)
        var frameBytes = input.count
        do throws(FrameError) {
            while case .frame(let frame) = try scanner.next() {
                frameBytes = frame.totalBytes
                do throws(FrameError) {
                    try body(frame)
                } catch {
                    checkError(error, frameBytes: frameBytes)
                    if error.endsConnection { return }
                }
            }
        } catch {
            checkError(error, frameBytes: input.count)
        }
        demand(scanner.consumedBytes <= input.count, "the scanner ran past the end")
    }

    /// What was decoded can be encoded and means the same.
    static func checkAgain<Message: Equatable>(
        _ message: Message, encode: (Message, UnsafeMutableRawBufferPointer) -> Int?,
        decode: (Frame) throws(FrameError) -> Message?
    ) {
        let buffer = UnsafeMutableRawBufferPointer(start: room, count: Limits.frameBytesMax)
        guard let count = encode(message, buffer) else { fatalError("decoded but not encodable: \(message)") }
        var prefix = ""
        #if CANARY
            // A writer that spoils one bit of some frames.
            if isCanaryArmed, count > 11, buffer[8] == 0x5A {
                buffer[9] ^= 1
                prefix = "canary: "
            }
        #endif
        var scanner = FrameScanner(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        do throws(FrameError) {
            guard case .frame(let frame) = try scanner.next() else { fatalError("half a frame was encoded") }
            let again = try decode(frame)
            demand(again == message, "\(prefix)the message changes on its way: \(message)")
        } catch {
            fatalError("\(prefix)encoded bytes are refused: \(error)")
        }
    }

    /// Made once: the fuzzer has one thread, and an allocation of 16 KiB an input costs more than decoding does.
    private static nonisolated(unsafe) let room = UnsafeMutableRawPointer.allocate(
        byteCount: Limits.frameBytesMax, alignment: 8)

    private static func checkError(_ error: FrameError, frameBytes: Int) {
        demand(error.offset >= 0 && error.offset <= frameBytes, "the place is outside the frame")
        let unable = Unable(error, refusedType: 0)
        demand(
            !unable.text.isEmpty && unable.text.utf8.count <= Limits.unableTextBytesMax,
            "the text is empty or too long")
    }
}
