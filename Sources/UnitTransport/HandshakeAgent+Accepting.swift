// Taking connections: how many, and when not.

internal import AlertModel
internal import EventRing
internal import LinuxIO
internal import Telemetry

/// A connection before its handshake: a socket and a few words, and nothing of OpenSSL's.
struct Arrival: ~Copyable {
    let socket: Descriptor
    let peer: SocketAddress
    /// When it was accepted.
    let since: MonotonicTime
    /// Whether its ClientHello is whole and it waits for its turn.
    var isWaiting = false
    /// Whether it said that a press is pending and may wait with such.
    var hasPress = false
    /// When it is turned away.
    var deadline: MonotonicTime

    /// Gives the socket away.
    consuming func take() -> Descriptor { socket }
}

extension HandshakeAgent {
    func accept(now: Instant) {
        if lobby.isFull && !clearLobby(now: now) {
            listen(false)
            return
        }
        for _ in 0..<limits.acceptsPerTurnMax where !lobby.isFull {
            do throws(Errno) {
                guard let accepted = try acceptOne(listener) else { return }
                counters.add(.connectionsAccepted)
                // The lowest free number is given: one this high says that only the reserve is left.
                if accepted.descriptor.rawValue >= descriptorsMax { throw Errno.noFileDescriptors }
                let peer = accepted.peer
                guard admit(peer, now: now) else { continue }
                do throws(Errno) {
                    try enterLobby(accepted.take(), peer: peer, now: now)
                } catch {
                    silentAddresses.leave(peer)
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
        guard case .refused(let isToReport) = silentAddresses.enter(peer) else { return true }
        counters.add(.connectionsRefusedAddress)
        if isToReport {
            let most = limits.handshakesPerAddressMax
            let text = "\(most) connections of this address have not begun their handshake"
            report(.refused, peer: peer, text, now: now)
        }
        return false
    }

    private func enterLobby(
        _ socket: consuming Descriptor, peer: SocketAddress, now: Instant
    ) throws(Errno) {
        try Sockets.setNoDelay(socket)
        let fd = socket.rawValue
        let deadline = now.monotonic.advanced(byNanoseconds: UInt64(limits.handshakeDeadlineS) * 1_000_000_000)
        let place = lobby.insert(Arrival(socket: socket, peer: peer, since: now.monotonic, deadline: deadline))
        do throws(Errno) {
            // Edges: a ClientHello that is not whole stays in the kernel, and only more of it is news.
            try epoll.add(fd, events: [.readable, .peerClosed, .edgeTriggered], token: token(of: place))
        } catch {
            _ = lobby.remove(place)
            throw error
        }
    }

    /// What the epoll says of a place in the lobby.
    func token(of place: Int) -> UInt64 { lobby.number(of: place) | Self.lobbyBit }

    func pauseAccepting(_ error: Errno, now: Instant) {
        counters.add(.acceptErrors)
        report(.acceptFailed, peer: SocketAddress(high: 0, low: 0, port: 0), "\(error)", now: now)
        acceptAgainAt = now.monotonic.advanced(byNanoseconds: UInt64(limits.acceptPauseMs) * 1_000_000)
        listen(false)
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
