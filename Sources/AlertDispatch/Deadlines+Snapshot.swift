// Time and deadlines in a snapshot.

import AlertModel

extension JournalClock {
    func write(to writer: inout StateWriter) {
        writer.number(now.nanoseconds)
        writer.byte(latest == nil ? 0 : 1)
        guard let latest else { return }
        writer.time(latest.wall)
        writer.number(latest.monotonic.nanoseconds)
    }

    init(from reader: inout StateReader) throws(StateDecodingError) {
        let now = JournalTime(nanoseconds: try reader.number())
        guard try reader.flag() else {
            self.init(now: now)
            return
        }
        let latest = Instant(
            wall: try reader.time(), monotonic: MonotonicTime(nanoseconds: try reader.number()))
        self.init(now: now, latest: latest)
    }
}

extension Deadlines {
    /// In order of key, so that the same deadlines are the same bytes.
    func write(to writer: inout StateWriter) {
        writer.number(UInt64(lastSerial))
        writer.count(armed.count)
        for (key, armed) in armed.sorted(by: { $0.key < $1.key }) {
            writer.byte(key.kind.rawValue)
            writer.number(key.high)
            writer.number(key.low)
            writer.number(UInt64(armed.serial))
            writer.number(armed.due.nanoseconds)
        }
    }

    init(from reader: inout StateReader) throws(StateDecodingError) {
        let lastSerial = try reader.number(UInt32.self)
        let count = try reader.count(bytesMin: 5)
        var armed: [TimerKey: Armed] = [:]
        armed.reserveCapacity(count)
        for _ in 0..<count {
            let key = TimerKey(
                kind: try reader.listed(TimerKind.self), high: try reader.number(), low: try reader.number())
            let serial = try reader.number(UInt32.self)
            let due = JournalTime(nanoseconds: try reader.number())
            guard armed.updateValue(Armed(due: due, serial: serial), forKey: key) == nil else {
                throw reader.error(.badValue)
            }
        }
        self.init(armed: armed, lastSerial: lastSerial)
    }
}
