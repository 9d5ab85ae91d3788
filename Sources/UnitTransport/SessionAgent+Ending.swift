// How a link ends: counted, reported, told to the dispatcher exactly once, and, where TLS stands and the unit
// may listen, told to the unit.

internal import AlertModel
internal import EventRing
internal import LinuxIO
internal import Telemetry
internal import UnitProtocol

extension SessionAgent {
    /// Answers a breach of the protocol with UNABLE and ends that link alone.
    func refuse(_ place: Int, _ unable: Unable, counter: Counter, now: Instant) {
        counters.add(counter)
        put(.unable(unable), table[place])
        end(place, .protocolError, unable.text, now: now)
    }

    /// Ends a link. Afterwards the place lingers or is free; nobody may use it.
    ///
    /// - Parameter text: why, for the log.
    func end(_ place: Int, _ linkEnd: LinkEnd, _ text: String, now: Instant) {
        let connection = table[place]
        precondition(connection.pointee.phase != .lingering, "a link ends once")
        if connection.pointee.phase == .awaitingHello { waitingForHello.leave(connection.pointee.peer) }
        counters.add(linkEnd.counter)
        reports.send(
            ConnectionReport(
                at: now.wall, peer: connection.pointee.peer, unit: connection.pointee.unit,
                what: .linkEnded(linkEnd), detail: text))
        if connection.pointee.phase == .open {
            let down = LinkDown(unit: connection.pointee.unit, link: connection.pointee.link, end: linkEnd)
            // Behind those that wait already: a link's end may be late, never out of order.
            if !downs.isEmpty || !appendUrgent(.linkDown(down)) { downs.append(down) }
            countLinks(openLinks - 1)
            if linkEnd.isLoss {
                sessions.lose(connection.pointee.session, now: now.monotonic)
            } else {
                sessions.end(connection.pointee.session)
            }
        }
        switch linkEnd {
        case .peerClosed, .writeStalled: drop(place)
        case .goodbye, .protocolError, .revoked, .redirected: sayLastWords(place, now: now)
        case .silent, .replaced, .gatewayStopping:
            put(.goodbye(Goodbye(linkEnd.goodbyeReason)), connection)
            sayLastWords(place, now: now)
        }
    }

    /// Notes how many links stand, here and for people.
    func countLinks(_ count: Int) {
        openLinks = count
        drain.count(left: count)
    }

    /// Tells the dispatcher of links that ended while the urgent lane was full.
    func retryDowns() -> Int {
        guard !downs.isEmpty else { return 0 }
        let sent = downs.firstIndex { !appendUrgent(.linkDown($0)) } ?? downs.count
        downs.removeFirst(sent)
        return sent
    }

    /// Closes the connection and frees its place.
    func drop(_ place: Int) {
        wheel.cancel(place)
        release(table[place])
        _ = table.remove(place)
    }

    /// Gives back what the queues hold.
    func release(_ connection: UnsafeMutablePointer<Connection>) {
        connection.pointee.inbound.clear(pool)
        connection.pointee.outbound.clear(pool)
    }

    /// Ends every link and closes every connection, after the agent's thread was joined.
    ///
    /// Best effort and without waiting: a unit that does not get GOODBYE sees the connection close, and the
    /// gateway that starts next knows that all links of this one are gone.
    ///
    /// - Parameter isStoring: false where nothing can be stored any more: UNABLE says so before GOODBYE.
    func shutDown(now: Instant, isStoring: Bool = true) {
        _ = lanes.handovers.drain(max: Int.max) { _, body in
            if let handover = try? Handover(body) { _ = TLSConnection(retaking: handover.raw) }
            return .next
        }
        _ = retryDowns()
        _ = takeAnswers(now: now)
        for place in 0..<table.places where table.isTaken(place) {
            if table[place].pointee.phase != .lingering {
                if !isStoring {
                    let text = "nothing can be stored here now: keep what is not stored and try another path"
                    put(.unable(Unable(.cannotStore, text: text)), table[place])
                }
                end(place, .gatewayStopping, "the gateway stops", now: now)
            }
            if table.isTaken(place) { drop(place) }
        }
        publish()
    }

    /// Sends what waits, closes the sending half, and leaves the unit ``UnitTransportLimits/lingerMs`` to read
    /// it: closing at once would reset the connection if the unit is just sending.
    private func sayLastWords(_ place: Int, now: Instant) {
        let connection = table[place]
        writing: while !connection.pointee.outbound.isEmpty {
            switch connection.pointee.tls.write(connection.pointee.outbound.bytes) {
            case .bytes(let count): connection.pointee.outbound.consume(count, pool: pool)
            case .wouldBlock, .wantWrite: break writing
            case .closed, .failed:
                drop(place)
                return
            }
        }
        if connection.pointee.outbound.isEmpty {
            connection.pointee.tls.finishWriting()
        } else {
            connection.pointee.tls.closeWriting()
        }
        release(connection)
        connection.pointee.phase = .lingering
        connection.pointee.phaseSince = now.monotonic
        connection.pointee.isResuming = false
        connection.pointee.frameBegunAt = nil
        connection.pointee.stalledSince = nil
        watch(place, .readable)
        reschedule(place)
    }
}

extension LinkEnd {
    /// Where it is counted.
    var counter: Counter {
        switch self {
        case .goodbye: .linksClosedGoodbye
        case .peerClosed: .linksClosedPeer
        case .silent: .linksClosedSilent
        case .protocolError: .linksClosedProtocol
        case .replaced: .linksClosedReplaced
        case .gatewayStopping: .linksClosedStopping
        case .writeStalled: .linksClosedWriteStalled
        case .revoked: .linksClosedRevoked
        case .redirected: .linksClosedRedirected
        }
    }

    /// Whether the link broke: then a new one may carry it on.
    fileprivate var isLoss: Bool {
        switch self {
        case .peerClosed, .silent, .writeStalled: true
        case .goodbye, .protocolError, .replaced, .gatewayStopping, .revoked, .redirected: false
        }
    }
}

extension LinkEnd {
    /// What GOODBYE says of it.
    fileprivate var goodbyeReason: Goodbye.Reason {
        switch self {
        case .silent: .silent
        case .replaced: .replaced
        case .gatewayStopping: .gatewayStopping
        case .goodbye, .peerClosed, .protocolError, .writeStalled, .revoked, .redirected: .other
        }
    }
}
