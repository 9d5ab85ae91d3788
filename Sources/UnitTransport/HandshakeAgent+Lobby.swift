// The lobby: connections before their handshake. They say nothing yet, or wait behind their ClientHello; who stays too long
// or in the way is turned away before anything was spent on it.

internal import AlertModel
internal import LinuxIO
internal import Telemetry

extension HandshakeAgent {
    /// Reads what came on a connection of the lobby, without taking it from the kernel, and lets it wait for its turn when
    /// its ClientHello is whole.
    func meet(_ token: UInt64, now: Instant) {
        guard let place = lobby.place(of: token & ~Self.lobbyBit) else { return }
        if lobby[place].pointee.isWaiting {
            giveUp(place, now: now)
            return
        }
        let peeked: Int?
        do throws(Errno) {
            peeked = try Sockets.peek(lobby[place].pointee.socket, into: scratch)
        } catch {
            peeked = 0
        }
        guard let count = peeked else { return }
        if count == 0 {
            giveUp(place, now: now)
            return
        }
        switch helloReader.read(UnsafeRawBufferPointer(rebasing: scratch[..<count])) {
        case .incomplete where count < scratch.count: return
        case .incomplete, .unreadable, .ordinary: wait(place, hasPress: false, now: now)
        case .pressPending: wait(place, hasPress: true, now: now)
        }
    }

    private func wait(_ place: Int, hasPress: Bool, now: Instant) {
        let arrival = lobby[place]
        let peer = arrival.pointee.peer
        if case .refused(let isToReport) = waitingAddresses.enter(peer) {
            counters.add(.connectionsRefusedAddress)
            let text = "\(limits.waitingPerAddressMax) connections of this address wait for their handshake"
            if isToReport { report(.refused, peer: peer, text, now: now) }
            _ = leaveLobby(place)
            return
        }
        silentAddresses.leave(peer)
        counters.add(.handshakesQueued)
        arrival.pointee.isWaiting = true
        arrival.pointee.deadline = arrival.pointee.since
            .advanced(byNanoseconds: UInt64(limits.waitS) * 1_000_000_000)
        let lane = queue.enter(place, source: AddressSource(peer), hasPress: hasPress, now: now.monotonic)
        arrival.pointee.hasPress = lane == .press
        // Only its end is news from here on. It cannot fail but for memory; then its turn or its deadline comes anyway.
        try? epoll.modify(arrival.pointee.socket.rawValue, events: .peerClosed, token: token(of: place))
    }

    /// Its unit went away, which costs nothing.
    private func giveUp(_ place: Int, now: Instant) {
        let peer = leaveLobby(place).peer
        let failure = HandshakeFailure(.peerClosed, detail: "connection lost before its handshake")
        counters.add(failure.kind.counter)
        report(.handshakeFailed(failure.kind), peer: peer, failure.detail, now: now)
    }

    /// Takes a connection out of the lobby, its order and its counts.
    func leaveLobby(_ place: Int) -> Arrival {
        queue.remove(place)
        let arrival = lobby.remove(place)
        if arrival.isWaiting { waitingAddresses.leave(arrival.peer) } else { silentAddresses.leave(arrival.peer) }
        return arrival
    }

    /// Turns away whoever's time is over.
    ///
    /// - Returns: how many.
    func scanLobby(now: Instant) -> Int {
        guard lobby.count > 0 else { return 0 }
        var ended = 0
        for place in 0..<lobby.places where lobby.isTaken(place) && lobby[place].pointee.deadline <= now.monotonic
        {
            ended += 1
            let arrival = leaveLobby(place)
            if arrival.isWaiting {
                counters.add(.connectionsRefusedWait)
                let text = "no turn within \(limits.waitS) s: it could not be done before its unit gives up"
                report(.refused, peer: arrival.peer, text, now: now)
            } else {
                counters.add(.handshakesFailedTimeout)
                let text = "no ClientHello within \(limits.handshakeDeadlineS) s"
                report(.handshakeFailed(.timeout), peer: arrival.peer, text, now: now)
            }
        }
        return ended
    }

    /// Whether one more may be accepted, or would make room.
    func hasRoomInLobby(now: Instant) -> Bool {
        guard lobby.isFull else { return true }
        return (0..<lobby.places).contains { lobby.isTaken($0) && isSilent($0, now: now) }
    }

    /// Closes connections that say nothing while others come, as many as are accepted in a turn. Whoever sent a ClientHello
    /// keeps the place.
    ///
    /// - Returns: whether there is room.
    func clearLobby(now: Instant) -> Bool {
        var closed = 0
        for place in 0..<lobby.places where lobby.isTaken(place) && isSilent(place, now: now) {
            let arrival = leaveLobby(place)
            counters.add(.connectionsRefusedBacklog)
            let ageMs = now.monotonic.nanosecondsSince(arrival.since) / 1_000_000
            report(.refused, peer: arrival.peer, "silent for \(ageMs) ms while others come", now: now)
            closed += 1
            if closed == limits.acceptsPerTurnMax { break }
        }
        return !lobby.isFull
    }

    private func isSilent(_ place: Int, now: Instant) -> Bool {
        let arrival = lobby[place]
        guard !arrival.pointee.isWaiting else { return false }
        return now.monotonic.nanosecondsSince(arrival.pointee.since) >= UInt64(limits.handshakeGraceS)
            * 1_000_000_000
    }
}
