// What goes through the queues, and its check sum; the same in every program of the table (peers/event.hpp).

/// An event's 56 bytes behind kind and length, which are 8 more: 64 in all.
///
/// In pairs of words, so that the optimizer writes and reads the same pieces: where it reads across two
/// writes, the processor waits for both, and the figure is about that.
protocol EventBody: BitwiseCopyable, Sendable {
    /// Slots of the ring that one takes.
    static var slots: Int { get }
    init(_ number: UInt64)
    func add(to sum: inout Sum, kind: UInt8)
}

/// 56 bytes, which with the ring's header fill a slot. What the ring is made for.
struct PressBody: EventBody {
    var a, b, c: SIMD2<UInt64>
    var d: UInt64

    static let slots = 1

    @inline(__always)
    init(_ number: UInt64) {
        a = SIMD2(number, number &+ 1)
        b = SIMD2(number &+ 2, number &+ 3)
        c = SIMD2(number &+ 4, number &+ 5)
        d = number &+ 6
    }

    /// Kind and length come out of the record's header.
    @inline(__always)
    func add(to sum: inout Sum, kind: UInt8) {
        sum.words &+= a &+ b &+ c
        sum.rest &+= d &+ (UInt64(kind) | 56 << 16)
    }
}

/// 64 bytes, kind and length once more among them: with the ring's header two slots.
struct WideBody: EventBody {
    var a, b, c, d: SIMD2<UInt64>

    static let slots = 2

    @inline(__always)
    init(_ number: UInt64) {
        a = SIMD2(Sum.tag, number)
        b = SIMD2(number &+ 1, number &+ 2)
        c = SIMD2(number &+ 3, number &+ 4)
        d = SIMD2(number &+ 5, number &+ 6)
    }

    @inline(__always)
    func add(to sum: inout Sum, kind: UInt8) { sum.words &+= a &+ b &+ c &+ d }
}

/// All words of all events taken, added up.
struct Sum {
    /// Kind 1, 56 bytes.
    static let tag: UInt64 = 1 | 56 << 16

    var words = SIMD2<UInt64>(0, 0)
    var rest: UInt64 = 0

    var total: UInt64 { words.x &+ words.y &+ rest }

    /// Ends the program when the sum is not that of events `0 ..< count`, `times` over.
    func check(count: Int, times: UInt64 = 1) {
        let count = UInt64(count)
        let numbers = count % 2 == 0 ? count / 2 &* (count &- 1) : (count &- 1) / 2 &* count
        let expected = times &* (count &* (Self.tag &+ 21) &+ 7 &* numbers)
        precondition(total == expected, "what came out is not what went in")
    }
}
