// Whose handshake goes on in a turn: a bounded number of steps, those of units with a press first, the rest by address in
// turn. While there are fewer than a turn can do, everybody goes on at once and nobody's ClientHello is looked at twice.

internal import AlertModel
internal import LinuxIO
internal import Telemetry

extension HandshakeAgent {
    /// Serves what ``doWork(now:)`` found.
    ///
    /// - Returns: how many connections were let on.
    func serveTurn(now: Instant) -> Int {
        var budget = limits.handshakeStepsPerTurnMax
        let wanted = pressSteps.count + steps.count + arrivals.count + queue.count
        if wanted <= budget && arrivals.count <= table.freePlaces && queue.count == 0 {
            for token in arrivals {
                guard let place = lobby.place(of: token & ~Self.lobbyBit) else { continue }
                let hasRoom = addresses.hasRoom(for: AddressSource(lobby[place].pointee.peer))
                if hasRoom { letOn(place, now: now) } else { meet(token, now: now) }
            }
        } else {
            for token in arrivals { meet(token, now: now) }
        }
        arrivals.removeAll(keepingCapacity: true)
        let letOnBefore = letOnCount
        // Those with a press have three quarters of a turn, and what the others leave.
        let pressPart = max(budget * 3 / 4, 1)
        var pressUsed = servePress(atMost: pressPart, now: now)
        budget -= pressUsed
        // Those under way hold memory: they go on before others begin, but for a part that makes sure that some begin.
        let beginners = queue.count > 0 ? max(budget / 4, 1) : 0
        budget -= take(&steps, atMost: budget - beginners, now: now)
        while budget > 0 {
            // Places that became free are for a press too.
            let more = servePress(atMost: min(1, pressPart - pressUsed), now: now)
            pressUsed += more
            guard more > 0 || letOnNext(.others, now: now) else { break }
            budget -= 1
        }
        budget -= take(&steps, atMost: budget, now: now)
        _ = servePress(atMost: budget, now: now)
        // What is left is still ready in the next turn.
        pressSteps.removeAll(keepingCapacity: true)
        steps.removeAll(keepingCapacity: true)
        return letOnCount &- letOnBefore
    }

    private func servePress(atMost limit: Int, now: Instant) -> Int {
        var used = take(&pressSteps, atMost: limit, now: now)
        while used < limit, letOnNext(.press, now: now) {
            counters.add(.handshakesPressFirst)
            used += 1
        }
        return used
    }

    /// Goes on with the first handshakes of a list, and takes them from it.
    private func take(_ tokens: inout [UInt64], atMost limit: Int, now: Instant) -> Int {
        let count = max(0, min(limit, tokens.count))
        for token in tokens.prefix(count) { if let place = table.place(of: token) { advance(place, now: now) } }
        tokens.removeFirst(count)
        return count
    }

    /// Lets on whose turn it is in a lane.
    ///
    /// - Returns: false when nobody may.
    private func letOnNext(_ lane: AdmissionQueue.Lane, now: Instant) -> Bool {
        guard queue.count(lane) > 0, !table.isFull || makeRoom(now: now) else { return false }
        guard let place = queue.next(lane, mayPass: { addresses.hasRoom(for: $0) }) else { return false }
        letOn(place, now: now)
        return true
    }

    /// Makes a connection's `SSL *` and takes its handshake's first step. Not when all places are taken.
    private func letOn(_ place: Int, now: Instant) {
        let arrival = leaveLobby(place)
        let (peer, hasPress) = (arrival.peer, arrival.hasPress)
        letOnCount &+= 1
        _ = addresses.enter(peer)
        do throws(Errno) {
            advance(try begin(arrival.take(), peer: peer, hasPress: hasPress, now: now), now: now)
        } catch {
            addresses.leave(peer)
            pauseAccepting(error, now: now)
        }
    }

    private func begin(
        _ socket: consuming Descriptor, peer: SocketAddress, hasPress: Bool, now: Instant
    ) throws(Errno) -> Int {
        let tls: TLSConnection
        do throws(TLSError) {
            tls = try TLSConnection(server: trust.trust.context, socket: socket)
        } catch {
            throw Errno.noMemory
        }
        let deadline = now.monotonic.advanced(byNanoseconds: UInt64(limits.handshakeDeadlineS) * 1_000_000_000)
        let fd = tls.fd
        let place = table.insert(
            Handshake(tls: tls, peer: peer, startedAt: now.monotonic, hasPress: hasPress, deadline: deadline))
        do throws(Errno) {
            try epoll.modify(fd, events: .readable, token: table.number(of: place))
        } catch {
            _ = table.remove(place)
            throw error
        }
        return place
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

    /// One that only lingers, else the oldest that is past its grace time; nil when all deserve their place. The time runs
    /// from when it was let on: what we made it wait is not held against it.
    private func evictable(now: Instant) -> Int? {
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
}
