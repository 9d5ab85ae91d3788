// Connections that ended from outside, kept apart: when thousands end at once, presses on links that stand do not wait for the
// clearing up.

internal import AlertModel
internal import LinuxIO

extension SessionAgent {
    /// What the epoll says of a connection that its unit closed or that broke.
    static let hangUpEvents: EpollEvents = [.hungUp, .failed, .peerClosed]

    /// What to register for these events: a unit's end of a connection that is read is news of its own.
    static func registered(_ events: EpollEvents) -> EpollEvents {
        events.contains(.readable) ? events.union(.peerClosed) : events
    }

    /// Puts an ended connection behind all that live. One system call; its end costs fifty times that.
    func noteHangUp(_ place: Int) {
        // Otherwise it would be reported in each turn until its own comes.
        try? epoll.remove(table[place].pointee.tls.fd)
        hangUps.append(table.number(of: place))
    }

    /// Reads what ended connections still hold, and ends them; as many as a turn allows, and none while more sockets are
    /// ready than were served: they come first.
    ///
    /// - Returns: how many it ended.
    func clearHangUps(now: Instant) -> Int {
        guard !isBusy, !hangUps.isEmpty else { return 0 }
        let count = min(hangUps.count, limits.hangUpsPerTurnMax)
        var ended = 0
        for index in 0..<count where clear(hangUps[index], now: now) { ended += 1 }
        hangUps.removeFirst(count)
        return ended
    }

    /// - Returns: false when its frames wait for room in the lane, or more of them than one read gave may be left.
    private func clear(_ number: UInt64, now: Instant) -> Bool {
        guard let place = table.place(of: number), table[place].pointee.phase != .lingering else { return true }
        read(place, now: now)
        guard table.place(of: number) != nil, table[place].pointee.phase != .lingering else { return true }
        hangUps.append(number)
        return false
    }
}
