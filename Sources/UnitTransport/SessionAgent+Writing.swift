// From answers to the socket: what waits for a unit, and what it means when the unit does not take it.

internal import AlertModel
internal import EventRing
internal import LinuxIO
internal import Telemetry
internal import UnitProtocol

extension SessionAgent {
    /// Turns the dispatcher's answers into frames.
    func takeAnswers(now: Instant) -> Int {
        lanes.answers.drain(max: limits.answersPerTurnMax) { kind, body in
            do throws(DecodeError) {
                answer(try UnitAnswer(kind: kind, body: body), now: now)
            } catch {
                preconditionFailure("the dispatcher writes whole answers: \(error)")
            }
            return .next
        }
    }

    private func answer(_ answer: UnitAnswer, now: Instant) {
        guard answer.link.agent == number, let place = table.place(of: answer.link.connection),
            table[place].pointee.phase == .open
        else {
            // The link ended while the answer was under way; the unit asks again on its next one.
            counters.add(.answersUndeliverable)
            return
        }
        switch answer {
        case .acknowledged(_, let boot, let counter):
            let frame = GatewayMessage.acknowledgement(Acknowledgement(boot: boot, counter: counter))
            guard send(frame, to: place, now: now) else { return }
            answered(boot: boot, counter: counter, of: place, now: now)
        case .stage(_, let boot, let counter, let alert, let stage, let at):
            let notice = StageNotice(alert: alert, boot: boot, counter: counter, stage: stage, at: at)
            noteAlert(stage, boot: boot, counter: counter, of: place)
            guard send(.stage(notice), to: place, now: now) else { return }
            answered(boot: boot, counter: counter, of: place, now: now)
        case .close(_, let linkEnd):
            end(place, linkEnd, "by the dispatcher", now: now)
        case .command(_, let id, let validForS, let action):
            command(id, action, validForS: validForS, to: place, now: now)
        }
    }

    /// Puts a frame behind what waits; it leaves at the end of the turn. The link ends when too much waits.
    ///
    /// - Returns: whether the link still lives.
    @discardableResult
    func send(_ message: GatewayMessage, to place: Int, now: Instant) -> Bool {
        let connection = table[place]
        put(message, connection)
        if connection.pointee.outbound.count > limits.outboundBytesMax {
            let text = "more than \(limits.outboundBytesMax) bytes wait for the unit"
            end(place, .writeStalled, text, now: now)
            return false
        }
        if !connection.pointee.isDirty {
            connection.pointee.isDirty = true
            dirty.append(table.number(of: place))
        }
        return true
    }

    /// Encodes a frame into the outbound queue.
    func put(_ message: GatewayMessage, _ connection: UnsafeMutablePointer<Connection>) {
        // Not the reading scratch: the frame that this one answers may still lie there.
        guard let count = message.encode(into: outgoing) else {
            preconditionFailure("what the gateway says is inside the protocol's bounds")
        }
        connection.pointee.outbound.append(UnsafeRawBufferPointer(rebasing: outgoing[..<count]), pool: pool)
        counters.add(.framesSent)
    }

    /// Sends what the turn left to send, one write a connection.
    func flushDirty(now: Instant) {
        for number in dirty {
            guard let place = table.place(of: number) else { continue }
            table[place].pointee.isDirty = false
            _ = flush(place, now: now)
        }
        dirty.removeAll(keepingCapacity: true)
    }

    /// Writes until nothing waits or the socket is full.
    ///
    /// - Returns: whether the connection still lives.
    func flush(_ place: Int, now: Instant) -> Bool {
        let connection = table[place]
        while !connection.pointee.outbound.isEmpty {
            switch connection.pointee.tls.write(connection.pointee.outbound.bytes) {
            case .bytes(let count):
                connection.pointee.outbound.consume(count, pool: pool)
                connection.pointee.stalledSince = nil
            case .wouldBlock, .wantWrite:
                if connection.pointee.stalledSince == nil {
                    connection.pointee.stalledSince = now.monotonic
                    reschedule(place)
                }
                watch(place, connection.pointee.interest.union(.writable))
                return true
            case .closed:
                end(place, .peerClosed, "closed by the unit", now: now)
                return false
            case .failed(let text):
                end(place, .peerClosed, "TLS failed: \(text)", now: now)
                return false
            }
        }
        watch(place, connection.pointee.interest.subtracting(.writable))
        return true
    }
}

extension LinkID {
    /// The agent's own number for the connection: the low 56 bits.
    var connection: UInt64 { value & (1 << 56 - 1) }
}
