// Records whose every byte follows from seed, lane and number, so that a reader can tell any damage.

/// SplitMix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mix(state)
    }

    static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// The records of one lane.
///
/// Body: the record's number, 8 bytes, then words that follow from it, at least one.
struct Traffic: Sendable {
    let seed: UInt64
    let lane: UInt8
    /// Bodies are 16...bodyBytesMax bytes; three of four are at most 56, a slot.
    let bodyBytesMax: Int

    func bodyBytes(_ number: UInt64) -> Int {
        let mixed = SeededGenerator.mix(seed ^ number &* 0x1_0000_0001 ^ UInt64(lane) << 56)
        let max = mixed & 3 == 0 ? bodyBytesMax : min(56, bodyBytesMax)
        return 16 + Int(mixed >> 8) % (max - 15)
    }

    private func word(_ number: UInt64, _ index: Int) -> UInt64 {
        SeededGenerator.mix(number &+ seed &+ UInt64(lane)) &+ UInt64(index)
    }

    func write(_ number: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let bytes = bodyBytes(number)
        buffer.storeBytes(of: number, as: UInt64.self)
        let words = bytes / 8
        for index in 1..<words {
            buffer.storeBytes(of: word(number, index), toByteOffset: index * 8, as: UInt64.self)
        }
        for offset in words * 8..<bytes { buffer[offset] = UInt8(truncatingIfNeeded: number &+ UInt64(offset)) }
        return bytes
    }

    /// The number of the record that these bytes are; nil when they are none.
    func number(of body: UnsafeRawBufferPointer) -> UInt64? {
        guard body.count >= 16 else { return nil }
        let number = body.load(as: UInt64.self)
        guard body.count == bodyBytes(number) else { return nil }
        let words = body.count / 8
        for index in 1..<words {
            guard body.load(fromByteOffset: index * 8, as: UInt64.self) == word(number, index) else { return nil }
        }
        for offset in words * 8..<body.count {
            guard body[offset] == UInt8(truncatingIfNeeded: number &+ UInt64(offset)) else { return nil }
        }
        return number
    }
}

/// Follows one lane and reports what must not be.
struct LaneChecker {
    let traffic: Traffic
    let findings: Findings
    /// The number after the highest seen.
    private(set) var next: UInt64 = 0
    /// Passed over and not seen yet.
    private var missing: Set<UInt64> = []

    init(_ traffic: Traffic, _ findings: Findings) {
        self.traffic = traffic
        self.findings = findings
    }

    mutating func see(kind: UInt8, body: UnsafeRawBufferPointer) {
        guard kind == traffic.lane, let number = traffic.number(of: body) else {
            seeDamage(kind: kind, body: body)
            return
        }
        if number == next {
            next += 1
        } else if number > next {
            // Out of order or lost: later records and the end tell. Bounded, should everything be broken.
            for skipped in next..<min(number, next + 1_000) { missing.insert(skipped) }
            next = number + 1
        } else if missing.remove(number) != nil {
            findings.report(.outOfOrder, "lane \(traffic.lane): \(number) after \(next - 1)")
        } else {
            findings.report(.duplicated, "lane \(traffic.lane): \(number) again, after \(next - 1)")
        }
    }

    /// Bytes that become the expected record when looked at again were read too early.
    private mutating func seeDamage(kind: UInt8, body: UnsafeRawBufferPointer) {
        let expected = next
        next += 1
        for _ in 0..<1_000 {
            giveWay()
            if kind == traffic.lane, traffic.number(of: body) == expected {
                findings.report(.readBeforePublished, "lane \(traffic.lane): \(expected)")
                return
            }
        }
        findings.report(.torn, "lane \(traffic.lane): \(body.count) bytes of kind \(kind) in place of \(expected)")
    }

    /// After the last record: whatever has not come is lost.
    func finish(sent: UInt64) {
        let lost = missing.count + Int(sent - min(sent, next))
        guard lost > 0 else { return }
        findings.report(.lost, count: lost, "lane \(traffic.lane): \(missing.min() ?? next), of \(sent) sent")
    }
}
