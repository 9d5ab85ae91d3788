// The snapshot's bytes, one value after another. Numbers take as many bytes as they need, because most of
// a snapshot are small differences between neighbours. Docs/journal-format.md, section "Snapshots".

import AlertModel

/// Appends values to an array of bytes.
struct StateWriter {
    private(set) var bytes: [UInt8] = []

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    /// Seven bits a byte, the least significant first; the top bit says that more follow (LEB128).
    mutating func number(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func count(_ value: Int) { number(UInt64(value)) }

    /// The sign in the lowest bit, so that small negative numbers are short too.
    mutating func signed(_ value: Int64) {
        number(UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    mutating func time(_ value: WallTime) { signed(value.nanoseconds) }

    /// A byte 0 for nil, or a byte 1 and the time.
    mutating func optional(_ time: WallTime?) {
        byte(time == nil ? 0 : 1)
        if let time { self.time(time) }
    }

    /// Sixteen bytes, both words least significant byte first.
    mutating func id<Tag>(_ id: ShortID<Tag>) { words(id.high, id.low) }

    /// Sixteen zeros for nil; no identifier is empty.
    mutating func optional<Tag>(_ id: ShortID<Tag>?) { words(id?.high ?? 0, id?.low ?? 0) }

    private mutating func words(_ high: UInt64, _ low: UInt64) {
        for word in [high, low] {
            withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
        }
    }

    /// Its number of bytes, then UTF-8.
    mutating func text(_ text: String) {
        count(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    /// A byte 0 for nil, or a byte 1 and both coordinates.
    mutating func optional(_ point: GeoPoint?) {
        byte(point == nil ? 0 : 1)
        guard let point else { return }
        signed(Int64(point.latitudeE7))
        signed(Int64(point.longitudeE7))
    }

    /// A message of a unit that is known from where it stands.
    mutating func key(_ key: PressKey) {
        number(UInt64(key.boot))
        number(UInt64(key.counter))
    }
}
