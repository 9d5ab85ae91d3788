// Taking connections: how many, when not, and who makes room when all places are taken.

internal import AlertModel
internal import EventRing
internal import Glibc
internal import LinuxIO
internal import Telemetry

extension HandshakeAgent {
    func accept(now: Instant) {
        // With all places taken one makes room at a time: the listener says that one waits, not how many.
        let acceptsMax = table.isFull ? 1 : limits.acceptsPerTurnMax
        if table.isFull && !makeRoom(now: now) {
            listen(false)
            return
        }
        for _ in 0..<acceptsMax where !table.isFull {
            do throws(Errno) {
                guard let accepted = try acceptOne(listener) else { return }
                counters.add(.connectionsAccepted)
                let peer = accepted.peer
                guard admit(peer, now: now) else { continue }
                do throws(Errno) {
                    try begin(accepted.take(), peer: peer, now: now)
                } catch {
                    addresses.leave(peer)
                    throw error
                }
            } catch {
                pauseAccepting(error, now: now)
                return
            }
        }
    }

    /// Counts a connection in, unless its address has too many; then it is closed without a word.
    private func admit(_ peer: SocketAddress, now: Instant) -> Bool {
        guard case .refused(let isToReport) = addresses.enter(peer) else { return true }
        counters.add(.connectionsRefusedAddress)
        if isToReport {
            let text = "\(limits.handshakesPerAddressMax) handshakes of this address are under way"
            report(.refused, peer: peer, text, now: now)
        }
        return false
    }

    private func begin(
        _ socket: consuming Descriptor, peer: SocketAddress, now: Instant
    ) throws(Errno) {
        try Sockets.setNoDelay(socket)
        let tls: TLSConnection
        do throws(TLSError) {
            tls = try TLSConnection(server: trust.trust.context, socket: socket)
        } catch {
            throw Errno(code: ENOMEM)
        }
        let deadline = now.monotonic.advanced(byNanoseconds: UInt64(limits.handshakeDeadlineS) * 1_000_000_000)
        let fd = tls.fd
        let place = table.insert(
            Handshake(tls: tls, peer: peer, startedAt: now.monotonic, deadline: deadline))
        do throws(Errno) {
            try epoll.add(fd, events: .readable, token: table.number(of: place))
        } catch {
            _ = table.remove(place)
            throw error
        }
    }

    private func pauseAccepting(_ error: Errno, now: Instant) {
        counters.add(.acceptErrors)
        report(.acceptFailed, peer: SocketAddress(high: 0, low: 0, port: 0), "\(error)", now: now)
        acceptAgainAt = now.monotonic.advanced(byNanoseconds: UInt64(limits.acceptPauseMs) * 1_000_000)
        listen(false)
    }

    /// Gives up the handshake that may be given up first.
    private func makeRoom(now: Instant) -> Bool {
        guard let place = evictable(now: now) else { return false }
        if table[place].pointee.phase == .handshaking {
            counters.add(.connectionsRefusedBacklog)
            let ageMs = now.monotonic.nanosecondsSince(table[place].pointee.startedAt) / 1_000_000
            let text = "not done after \(ageMs) ms while others wait"
            report(.refused, peer: table[place].pointee.peer, text, now: now)
        }
        close(place)
        return true
    }

    /// One that only lingers, else the oldest that is past its grace time; nil when all deserve their place.
    func evictable(now: Instant) -> Int? {
        var best: Int?
        for place in 0..<table.places where table.isTaken(place) {
            switch table[place].pointee.phase {
            case .lingering: return place
            case .handingOver: continue
            case .handshaking: break
            }
            if let found = best, table[found].pointee.startedAt <= table[place].pointee.startedAt { continue }
            best = place
        }
        guard let best else { return nil }
        let ageNs = now.monotonic.nanosecondsSince(table[best].pointee.startedAt)
        return ageNs >= UInt64(limits.handshakeGraceS) * 1_000_000_000 ? best : nil
    }

    func listen(_ isOn: Bool) {
        isListening = isOn
        do throws(Errno) {
            try epoll.modify(listener.rawValue, events: isOn ? .readable : [], token: Self.listenerToken)
        } catch {
            preconditionFailure("the listener is registered for life: \(error)")
        }
    }
}
