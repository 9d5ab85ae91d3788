// From the socket to whole frames: what is read, what is kept, what waits for a later turn.

internal import AlertModel
internal import LinuxIO
internal import Telemetry
internal import UnitProtocol

extension SessionAgent {
    /// What became of one frame.
    enum FrameOutcome: Hashable {
        /// Done with it.
        case next
        /// The urgent lane is full: this frame must be seen again, and nothing more be read before.
        case held
        /// The connection is over, or lingers.
        case ended
    }

    /// Reads one TLS record and handles its frames. More than that stays in the kernel and is reported again.
    func read(_ place: Int, now: Instant) {
        let connection = table[place]
        // Frames in order: those that wait come first.
        if connection.pointee.isResuming { return }
        let kept = connection.pointee.inbound.count
        let room = UnsafeMutableRawBufferPointer(rebasing: scratch[kept...])
        switch connection.pointee.tls.read(into: room) {
        case .bytes(let count):
            if kept > 0 {
                scratch.copyMemory(from: connection.pointee.inbound.bytes)
                connection.pointee.inbound.clear(pool)
            }
            let bytes = UnsafeRawBufferPointer(rebasing: scratch[..<(kept + count)])
            guard let used = handleFrames(place, in: bytes, now: now) else { return }
            if used.bytes < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[used.bytes...])
                connection.pointee.inbound.append(rest, pool: pool)
            }
            settle(place, used, now: now)
        case .wouldBlock: break
        case .wantWrite: watch(place, connection.pointee.interest.union(.writable))
        case .closed: end(place, .peerClosed, "closed by the unit", now: now)
        case .failed(let text): end(place, .peerClosed, "TLS failed: \(text)", now: now)
        }
    }

    /// Goes on with connections whose frames had to wait.
    func resume(now: Instant) -> Int {
        guard !resuming.isEmpty else { return 0 }
        swap(&resuming, &resumingNow)
        var frames = 0
        for number in resumingNow {
            guard let place = table.place(of: number) else { continue }
            let connection = table[place]
            connection.pointee.isResuming = false
            guard connection.pointee.phase != .lingering,
                let used = handleFrames(place, in: connection.pointee.inbound.bytes, now: now)
            else { continue }
            frames += used.frames
            connection.pointee.inbound.consume(used.bytes, pool: pool)
            settle(place, used, now: now)
        }
        resumingNow.removeAll(keepingCapacity: true)
        return frames
    }

    /// How far a run over frames came.
    struct Used {
        var bytes = 0
        var frames = 0
        /// Why whole frames may be left.
        var rest = Rest.nothing

        enum Rest { case nothing, begun, moreFrames, laneFull }
    }

    /// Handles frames one after another, as many as a turn allows.
    ///
    /// - Parameter bytes: borrowed; nothing in here changes the connection's `inbound`, but for its end.
    /// - Returns: nil when the connection ended.
    private func handleFrames(_ place: Int, in bytes: UnsafeRawBufferPointer, now: Instant) -> Used? {
        var used = Used()
        var scanner = FrameScanner(bytes)
        while scanner.isInsideFrame {
            guard used.frames < limits.framesPerTurnMax else {
                used.rest = .moreFrames
                return used
            }
            do throws(FrameError) {
                guard case .frame(let frame) = try scanner.next() else {
                    used.rest = .begun
                    return used
                }
                switch handle(frame, of: place, now: now) {
                case .next: break
                case .held:
                    used.rest = .laneFull
                    return used
                case .ended: return nil
                }
            } catch {
                // Only the scanner throws here, and only for a length that nobody may announce.
                _ = refuse(place, error, type: 0, now: now)
                return nil
            }
            used.bytes = scanner.consumedBytes
            used.frames += 1
            table[place].pointee.lastFrameAt = now.monotonic
            counters.add(.framesReceived)
        }
        return used
    }

    /// Notes what the run left behind, and what to wait for next.
    private func settle(_ place: Int, _ used: Used, now: Instant) {
        let connection = table[place]
        switch used.rest {
        case .nothing: connection.pointee.frameBegunAt = nil
        case .begun:
            // A frame's time runs from its own first bytes, not from those of the frames before it.
            if connection.pointee.frameBegunAt == nil || used.frames > 0 {
                connection.pointee.frameBegunAt = now.monotonic
                reschedule(place)
            }
        case .moreFrames, .laneFull:
            connection.pointee.frameBegunAt = nil
            connection.pointee.isResuming = true
            resuming.append(table.number(of: place))
        }
        if used.rest == .laneFull && connection.pointee.interest.contains(.readable) {
            counters.add(.urgentLaneFull)
        }
        // With the lane full its socket is not even looked at: the kernel's window closes, and the unit waits.
        let reads = used.rest != .laneFull
        let interest = connection.pointee.interest
        watch(place, reads ? interest.union(.readable) : interest.subtracting(.readable))
    }

    /// Changes what the epoll waits for, if it changes.
    func watch(_ place: Int, _ events: EpollEvents) {
        let connection = table[place]
        guard connection.pointee.interest != events else { return }
        let before = connection.pointee.interest
        connection.pointee.interest = events
        let (fd, token) = (connection.pointee.tls.fd, table.number(of: place))
        // Only memory can be missing here; then the silence or stall deadline ends the link.
        if events.isEmpty {
            // Errors are reported whatever is asked for: a reset socket that waits would wake every turn.
            try? epoll.remove(fd)
        } else if before.isEmpty {
            try? epoll.add(fd, events: Self.registered(events), token: token)
        } else {
            try? epoll.modify(fd, events: Self.registered(events), token: token)
        }
    }
}
