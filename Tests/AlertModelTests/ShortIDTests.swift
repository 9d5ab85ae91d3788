import AlertModel
import Testing

@Suite("Identifiers")
struct ShortIDTests {
    private static let allowed = Array("abcxyzABCXYZ0189-._".utf8)

    private func text(_ random: inout SplitMix) -> String {
        let length = Int(random.next() % 16) + 1
        return String(
            decoding: (0..<length).map { _ in Self.allowed[Int(random.next() % UInt64(Self.allowed.count))] },
            as: UTF8.self)
    }

    @Test("text in, text out; words in, words out; order is byte order", arguments: [1, 2, 3] as [UInt64])
    func properties(seed: UInt64) throws {
        var random = SplitMix(seed)
        for _ in 0..<1_000 {
            let (left, right) = (text(&random), text(&random))
            let first = try UnitID(left)
            let second = try UnitID(right)
            #expect(first.description == left && first.length == left.utf8.count, "seed \(seed)")
            #expect(UnitID(high: first.high, low: first.low) == first)
            #expect((first < second) == left.utf8.lexicographicallyPrecedes(right.utf8), "\(left) \(right)")
            #expect((first == second) == (left == right))
        }
    }

    @Test("lengths around the words' border")
    func lengths() throws {
        for length in 1...16 {
            let text = String(repeating: "z", count: length)
            #expect(try UnitID(text).length == length && UnitID(text).description == text)
        }
        #expect(throws: ShortIDError.tooLong(bytes: 17)) { try UnitID(String(repeating: "z", count: 17)) }
        #expect(throws: ShortIDError.empty) { try UnitID("") }
    }

    @Test("each byte is allowed or refused with its place")
    func bytes() {
        let letters = Array("abcdefghijklmnopqrstuvwxyz".utf8) + Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        let allowed = Set(letters + Array("0123456789-._".utf8))
        for byte in UInt8.min...UInt8.max {
            if allowed.contains(byte) {
                #expect(throws: Never.self) { try UnitID(ascii: [0x61, byte]) }
            } else {
                #expect(throws: ShortIDError.badByte(byte, offset: 1)) { try UnitID(ascii: [0x61, byte]) }
            }
        }
        #expect(throws: ShortIDError.badByte(0xD0, offset: 3)) { try UnitID("km-ж") }
    }

    @Test("words with holes, bad bytes or nothing are no identifier")
    func words() {
        #expect(UnitID(high: 0, low: 0) == nil)
        #expect(UnitID(high: 0, low: 0x6100_0000_0000_0000) == nil)
        #expect(UnitID(high: 0x6100_6100_0000_0000, low: 0) == nil)
        #expect(UnitID(high: 0x6120_0000_0000_0000, low: 0) == nil)
        #expect(UnitID(high: 0x6162_0000_0000_0000, low: 0)?.description == "ab")
        #expect(UnitID(high: 0x6162_0000_0000_0001, low: 0) == nil)
    }
}

@Suite("Numbers, times and places")
struct NumberTests {
    @Test("a link's number holds its agent")
    func link() {
        let link = LinkID(agent: 200, connection: (1 << 56) - 1)
        #expect(link.agent == 200 && link.value & ((1 << 56) - 1) == (1 << 56) - 1)
    }

    @Test("a message's order is unit, boot, counter")
    func message() {
        let ordered = [
            MessageID(unit: id("a"), boot: 1, counter: 9), MessageID(unit: id("a"), boot: 2, counter: 1),
            MessageID(unit: id("a"), boot: 2, counter: 2), MessageID(unit: id("b"), boot: 0, counter: 0),
        ]
        #expect(ordered.reversed().sorted() == ordered)
    }

    @Test("broken clocks are held, not trapped on")
    func times() {
        #expect(WallTime(clampingMilliseconds: .max).milliseconds == WallTime.millisecondsMax)
        #expect(WallTime(clampingMilliseconds: 1_234).milliseconds == 1_234)
        #expect(WallTime(nanoseconds: -1).milliseconds == 0)
        let early = MonotonicTime(nanoseconds: 5)
        #expect(early.nanosecondsSince(MonotonicTime(nanoseconds: 9)) == 0)
        #expect(early.advanced(byNanoseconds: .max) == MonotonicTime(nanoseconds: .max))
        #expect(JournalSequence.zero.next == JournalSequence(1))
    }

    @Test("places outside the Earth do not exist")
    func places() {
        #expect(GeoPoint(latitudeE7: 900_000_000, longitudeE7: -1_800_000_000) != nil)
        #expect(GeoPoint(latitudeE7: 900_000_001, longitudeE7: 0) == nil)
        #expect(GeoPoint(latitudeE7: 0, longitudeE7: .min) == nil)
    }

    @Test("only what a caller can press is pressed; every category has a priority")
    func categories() {
        #expect(Category.allCases.filter(\.isPressed) == [.police, .medical, .fire, .roadAccident, .test])
        #expect(Category.allCases.filter { $0.defaultPriority == .test } == [.test])
    }
}
