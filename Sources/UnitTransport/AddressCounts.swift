// How many connections of one kind each source address has, so that a flood from one keeps nobody else out.

internal import LinuxIO

/// Who is counted together: an IPv4 address, or an IPv6 network of 64 bits, which is what one subscriber gets.
struct AddressSource: Hashable {
    private let high: UInt64
    private let low: UInt64

    init(_ address: SocketAddress) {
        high = address.high
        low = address.isIPv4 ? address.low : 0
    }
}

/// Counts by source address.
///
/// Owned by its agent's thread. At most as many entries as the agent has places.
struct AddressCounts {
    private struct Count {
        var here = 0
        /// Refused since the last report.
        var refused: UInt64 = 0
    }

    /// What becomes of one that comes.
    enum Admission: Hashable {
        case admitted
        /// Too many are here. `report` is set for the first one of a flood, and then for every 1,000th.
        case refused(report: Bool)
    }

    private let limit: Int
    private var counts: [AddressSource: Count] = [:]

    /// - Parameter limit: of one address.
    init(limit: Int) { self.limit = limit }

    /// Counts one that comes, unless too many of its address are here.
    mutating func enter(_ address: SocketAddress) -> Admission {
        let source = AddressSource(address)
        var count = counts[source] ?? Count()
        defer { counts[source] = count }
        guard count.here < limit else {
            count.refused += 1
            return .refused(report: count.refused % Self.reportEvery == 1)
        }
        count.here += 1
        return .admitted
    }

    /// Counts one that was admitted out again.
    mutating func leave(_ address: SocketAddress) {
        let source = AddressSource(address)
        guard var count = counts[source] else { return }
        count.here -= 1
        counts[source] = count.here > 0 ? count : nil
    }

    /// Whether ``enter(_:)`` would admit one more of this source.
    func hasRoom(for source: AddressSource) -> Bool { (counts[source]?.here ?? 0) < limit }

    /// Addresses with anything counted.
    var addresses: Int { counts.count }

    /// A flood of thousands a second must not fill the log.
    private static let reportEvery: UInt64 = 1_000
}
