// What the tests share: a seeded generator, and ring ends that speak in arrays.

import EventRing

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

struct Record: Hashable {
    let kind: UInt8
    let body: [UInt8]

    init(_ kind: UInt8, _ body: [UInt8] = []) {
        self.kind = kind
        self.body = body
    }

    init(_ kind: UInt8, bytes: Int) { self.init(kind, [UInt8](repeating: kind, count: bytes)) }
}

final class Writer {
    let end: RecordProducer
    init(_ ring: RecordRing) { end = ring.takeProducer() }

    /// - Parameter room: what is asked for; the body's own size when nil.
    func append(_ record: Record, room: Int? = nil) -> AppendResult {
        end.append(kind: record.kind, bodyBytesMax: room ?? record.body.count) { buffer in
            buffer.copyBytes(from: record.body)
            return record.body.count
        }
    }

    func abandon(room: Int) -> AppendResult {
        end.append(kind: 255, bodyBytesMax: room) { buffer in
            for index in buffer.indices { buffer[index] = 0xEE }
            return nil
        }
    }

    func publish() { end.publish() }

    func send(_ record: Record) -> AppendResult {
        let result = append(record)
        publish()
        return result
    }
}

final class Reader {
    let end: RecordConsumer
    init(_ ring: RecordRing, _ index: Int = 0, after upstream: [Int] = []) {
        end = ring.takeConsumer(index, after: upstream)
    }

    var isEmpty: Bool { end.isEmpty }

    func drain(max: Int = .max) -> [Record] {
        var records: [Record] = []
        let count = end.drain(max: max) { kind, body in
            records.append(Record(kind, Array(body)))
            return .next
        }
        precondition(count == records.count)
        return records
    }

    /// Marks as read, hands nothing on.
    func read(max: Int = .max) -> [Record] {
        var records: [Record] = []
        _ = end.read(max: max) { kind, body in
            records.append(Record(kind, Array(body)))
            return .next
        }
        return records
    }

    func release() { end.release() }
}
