// Who gets a session ticket later. Making one costs as much as a tenth of a handshake, so none is made while there is
// anything else to do, and not many in a second.

internal import AlertModel

/// Numbers of connections that are owed a ticket, first come, first served. Owned by a session agent's thread.
struct TicketQueue {
    /// 100 a second are 1 % of a processor, and 20,000 units in 200 s.
    static let gapMs: UInt64 = 10

    private var numbers: [UInt64] = []
    private var next = 0
    private var nextAt = MonotonicTime(nanoseconds: 0)

    /// Whether nobody waits.
    var isEmpty: Bool { next == numbers.count }

    /// How long an agent may sleep, at most ``gapMs`` while somebody waits.
    func waitMs(most: Int32) -> Int32 { isEmpty ? most : min(most, Int32(Self.gapMs)) }

    /// Puts a connection at the end.
    mutating func append(_ number: UInt64) { numbers.append(number) }

    /// Notes that a ticket was sent; the next one waits for its time.
    mutating func sent(now: MonotonicTime) { nextAt = now.advanced(byNanoseconds: Self.gapMs * 1_000_000) }

    /// Takes the first when it is time for one.
    mutating func pop(now: MonotonicTime) -> UInt64? {
        guard !isEmpty, nextAt <= now else { return nil }
        let number = numbers[next]
        next += 1
        if isEmpty {
            numbers.removeAll(keepingCapacity: numbers.capacity <= Self.keptMax)
            next = 0
        } else if next >= Self.keptMax {
            // The front is taken off now and then, so that a queue that never empties does not grow for ever.
            numbers.removeFirst(next)
            next = 0
        }
        return number
    }

    private static let keptMax = 1_024
}

extension SessionAgent {
    /// Remembers that a unit came by a full handshake and can be spared the next one.
    func oweTicket(_ place: Int) {
        if table[place].pointee.tls.deservesTicket { tickets.append(table.number(of: place)) }
    }

    /// Sends one ticket, if the turn had nothing else to do: a press that comes meanwhile waits 0.1 ms.
    func sendTicket(now: Instant) {
        for _ in 0..<Self.goneMax {
            guard let number = tickets.pop(now: now.monotonic) else { return }
            guard let place = table.place(of: number), table[place].pointee.phase != .lingering else { continue }
            tickets.sent(now: now.monotonic)
            sendTicket(place, number, now: now)
            return
        }
    }

    /// Units that left before their ticket are skipped, so many in a turn.
    private static let goneMax = 256

    private func sendTicket(_ place: Int, _ number: UInt64, now: Instant) {
        let connection = table[place]
        // A unit that takes nothing now gets it behind what waits for it.
        guard connection.pointee.outbound.isEmpty else {
            tickets.append(number)
            return
        }
        connection.pointee.tls.sendTicket()
        // OpenSSL took 16 KiB to read into and gives them back when a read finds nothing: 3 KiB of pages a connection.
        read(place, now: now)
    }
}
