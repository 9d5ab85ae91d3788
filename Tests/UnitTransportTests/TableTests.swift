import AlertModel
import LinuxIO
import Testing

@testable import UnitTransport

@Suite("Tables and queues")
struct TableTests {
    /// Counts the living.
    private final class Tally {
        var alive = 0
    }

    private struct Item: ~Copyable {
        let value: Int
        let tally: Tally
        init(_ value: Int, _ tally: Tally) {
            self.value = value
            self.tally = tally
            tally.alive += 1
        }
        deinit { tally.alive -= 1 }
    }

    @Test("a number finds its element only while it lives, and never a stranger")
    func numbers() {
        let tally = Tally()
        do {
            var table = SlotTable<Item>(limit: 300)
            var numbers: Set<UInt64> = []
            for value in 0..<300 {
                let number = table.nextNumber()
                let place = table.insert(Item(value, tally))
                #expect(table.number(of: place) == number)
                numbers.insert(number)
            }
            let isFull = table.isFull
            #expect(isFull)
            #expect(numbers.count == 300)
            for _ in 0..<10 {
                let old = table.number(of: 7)
                _ = table.remove(7)
                #expect(table.place(of: old) == nil)
                let place = table.insert(Item(8, tally))
                #expect(place == 7)
                #expect(table.place(of: old) == nil)
                #expect(table.place(of: table.number(of: 7)) == 7)
                let isNew = numbers.insert(table.number(of: 7)).inserted
                #expect(isNew)
            }
            #expect(table.place(of: .max) == nil)
            #expect(table.place(of: 0) == nil)
            #expect(table[7].pointee.value == 8)
            #expect(tally.alive == 300)
        }
        #expect(tally.alive == 0)
    }

    @Test("a queue holds memory only while it holds bytes, and keeps their order while it grows")
    func queue() {
        let pool = BlockPool()
        var queue = ByteQueue()
        var expected: [UInt8] = []
        var next: UInt8 = 0
        for round in 0..<2_000 {
            let bytes = (0..<(round * 7 % 97)).map { _ in
                next &+= 1
                return next
            }
            expected += bytes
            bytes.withUnsafeBytes { queue.append($0, pool: pool) }
            let used = min(queue.count, round * 13 % 101)
            #expect(queue.bytes.prefix(used).elementsEqual(expected.prefix(used)))
            queue.consume(used, pool: pool)
            expected.removeFirst(used)
        }
        #expect(queue.bytes.elementsEqual(expected))
        queue.consume(queue.count, pool: pool)
        #expect(queue.bytes.baseAddress == nil)
        let room = queue.room(for: 17_000, pool: pool)
        #expect(room.count >= 17_000)
        queue.clear(pool)
    }

    @Test("a report comes back from its record")
    func report() throws {
        let unit = try UnitID("unit-1")
        let peer = SocketAddress(high: 1, low: 2, port: 3)
        let all: [ConnectionReport.What] =
            [.refused, .acceptFailed, .linkOpened] + HandshakeFailure.Kind.allCases.map { .handshakeFailed($0) }
            + LinkEnd.allCases.map { .linkEnded($0) }
        for what in all {
            let report = ConnectionReport(
                at: WallTime(nanoseconds: 5), peer: peer, unit: what == .refused ? nil : unit, what: what,
                detail: "because")
            var buffer = [UInt8](repeating: 0, count: ConnectionReport.bodyBytesMax)
            let count = buffer.withUnsafeMutableBytes { report.encode(into: $0) }
            let again = try buffer.withUnsafeBytes {
                try ConnectionReport(
                    kind: report.kind, body: UnsafeRawBufferPointer(rebasing: $0[..<(count ?? 0)]))
            }
            #expect(again == report)
            #expect(!"\(report)".isEmpty)
        }
    }

    @Test("a long detail is cut, not lost")
    func longDetail() throws {
        let report = ConnectionReport(
            at: WallTime(nanoseconds: 5), peer: SocketAddress(high: 1, low: 2, port: 3), unit: nil, what: .refused,
            detail: String(repeating: "ә", count: 500))
        var buffer = [UInt8](repeating: 0, count: ConnectionReport.bodyBytesMax)
        #expect(buffer.withUnsafeMutableBytes { report.encode(into: $0) } == ConnectionReport.bodyBytesMax)
    }
}
