// Bodies of events, answers and feed entries: any bytes are decoded or refused with a place inside them, and what was
// decoded keeps its meaning on the way through bytes.

enum DecoderFuzzer {
    static func run(_ choice: UInt8, _ input: UnsafeRawBufferPointer) {
        guard let kind = input.first else { return }
        let body = UnsafeRawBufferPointer(rebasing: input[1...])
        switch choice & 3 {
        case 0, 3: event(kind, body)
        case 1: answer(kind, body)
        default: feedEntry(kind, body)
        }
    }

    static func event(_ kind: UInt8, _ body: UnsafeRawBufferPointer) {
        check(
            body,
            decode: { (bytes) throws(DecodeError) in try Event(kind: kind, body: bytes) },
            encode: { $0.encode(into: $1) })
    }

    private static func answer(_ kind: UInt8, _ body: UnsafeRawBufferPointer) {
        check(
            body,
            decode: { (bytes) throws(DecodeError) in try UnitAnswer(kind: kind, body: bytes) },
            encode: { $0.encode(into: $1) })
    }

    private static func feedEntry(_ kind: UInt8, _ body: UnsafeRawBufferPointer) {
        check(
            body,
            decode: { (bytes) throws(DecodeError) in try FeedEntry.decode(kind: kind, body: bytes) },
            encode: { $0.entry.encode(sequence: $0.sequence, into: $1) })
    }

    /// A text longer than its field allows is cut at the first encoding; from then on nothing changes.
    private static func check<Value>(
        _ body: UnsafeRawBufferPointer, decode: (UnsafeRawBufferPointer) throws(DecodeError) -> Value,
        encode: (Value, UnsafeMutableRawBufferPointer) -> Int?
    ) {
        do throws(DecodeError) {
            let first = bytes(try decode(body), encode)
            first.withUnsafeBytes { raw in
                do throws(DecodeError) {
                    let again = bytes(try decode(raw), encode)
                    demand(again == first, "the value changes on its way")
                } catch {
                    fatalError("encoded bytes are refused: \(error)")
                }
            }
        } catch {
            demand(error.offset >= 0 && error.offset <= body.count, "the place is outside the body")
        }
    }

    private static func bytes<Value>(
        _ value: Value, _ encode: (Value, UnsafeMutableRawBufferPointer) -> Int?
    ) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = buffer.withUnsafeMutableBytes { encode(value, $0) }
        guard let count else { fatalError("decoded but larger than any body") }
        return Array(buffer.prefix(count))
    }
}
