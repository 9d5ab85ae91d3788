// From frames to events: what each message of a unit means. Nothing here touches a socket.

internal import AlertModel
internal import EventRing
internal import Telemetry
internal import UnitProtocol

extension SessionAgent {
    /// What the gateway uses of a unit's abilities so far.
    static let capabilitiesUsed: Capabilities = CommandKind.allCases.reduce(into: [.positioning, .stageDisplay]) {
        $0.formUnion($1.capabilities)
    }

    /// Handles one whole frame.
    func handle(_ frame: Frame, of place: Int, now: Instant) -> FrameOutcome {
        do throws(FrameError) {
            let message = try UnitMessage(frame)
            if table[place].pointee.phase == .awaitingHello {
                return begin(with: message, type: frame.header.type, of: place, now: now)
            }
            guard let message else {
                counters.add(.framesSkippedUnknown)
                return .next
            }
            return handle(message, of: place, now: now)
        } catch {
            return refuse(place, error, type: frame.header.type, now: now)
        }
    }

    /// Answers bytes that are no usable message; the link goes on when only the message is lost.
    func refuse(_ place: Int, _ error: FrameError, type: UInt8, now: Instant) -> FrameOutcome {
        guard error.endsConnection || table[place].pointee.phase == .awaitingHello else {
            counters.add(error.reason.counter)
            // An unable is never answered by an unable.
            guard type != MessageType.unable.rawValue else { return .next }
            return send(.unable(Unable(error, refusedType: type)), to: place, now: now) ? .next : .ended
        }
        refuse(place, Unable(error, refusedType: type), counter: error.reason.counter, now: now)
        return .ended
    }

    // MARK: HELLO

    private func begin(with message: UnitMessage?, type: UInt8, of place: Int, now: Instant) -> FrameOutcome {
        switch message {
        case .hello(let hello): return open(place, hello, now: now)
        case .goodbye(let goodbye):
            end(place, .goodbye, "\(goodbye.reason) before HELLO", now: now)
            return .ended
        default:
            let unable = Unable(.unexpected, refusedType: type, text: "HELLO must come first")
            refuse(place, unable, counter: .framesRefusedUnexpected, now: now)
            return .ended
        }
    }

    /// Accepts a HELLO: linkUp first, so that nothing else of the link can come before it.
    private func open(_ place: Int, _ hello: Hello, now: Instant) -> FrameOutcome {
        let connection = table[place]
        let unit = connection.pointee.unit
        guard hello.unit == unit else {
            let text = "the HELLO names \(hello.unit), the certificate \(unit)"
            let unable = Unable(.identity, refusedType: MessageType.hello.rawValue, text: text)
            refuse(place, unable, counter: .framesRefusedIdentity, now: now)
            return .ended
        }
        let owner = ResumeTable.Owner(unit: unit, boot: hello.boot, path: hello.path)
        let session = sessions.find(hello.resume, of: owner, now: now.monotonic)
        let linkUp = LinkUp(
            unit: unit, link: connection.pointee.link, boot: hello.boot, firmware: hello.firmware,
            capabilities: hello.capabilities.rawValue, path: hello.path,
            clockAheadS: hello.clock.map { ClockNotice.secondsAhead(unit: $0, gateway: now.wall) },
            certificateEndsAtS: connection.pointee.certificate.endsAtS, continues: session?.last)
        guard appendUrgent(.linkUp(linkUp)) else { return .held }
        waitingForHello.leave(connection.pointee.peer)
        connection.pointee.phase = .open
        connection.pointee.phaseSince = now.monotonic
        countLinks(openLinks + 1)
        carryOn(session, of: owner, on: place, now: now)
        reports.send(
            ConnectionReport(
                at: now.wall, peer: connection.pointee.peer, unit: unit, what: .linkOpened,
                detail: "boot \(hello.boot), firmware \(hello.firmware)\(session == nil ? "" : ", carried on")"))
        let welcome = Welcome(
            minor: ProtocolVersion.current.negotiated(with: hello.version)?.minor ?? 0,
            granted: hello.capabilities.intersection(Self.capabilitiesUsed),
            heartbeatIntervalS: max(1, connection.pointee.reportingTimeS / 3),
            reportingTimeS: connection.pointee.reportingTimeS, gatewayTime: now.wall,
            resume: sessions.token(of: connection.pointee.session))
        guard send(.welcome(welcome), to: place, now: now),
            drainNewcomer(place, isPressPending: hello.isPressPending, now: now)
        else { return .ended }
        if let clock = hello.clock { return checkClock(clock, of: place, now: now) }
        return .next
    }

    // MARK: Everything behind it

    private func handle(_ message: UnitMessage, of place: Int, now: Instant) -> FrameOutcome {
        let unit = table[place].pointee.unit
        switch message {
        case .heartbeat(let heartbeat):
            counters.add(.heartbeatsReceived)
            appendRoutine(.heartbeat(unit, heartbeat), of: place, now: now)
            return .next
        case .position(let position):
            appendRoutine(.position(unit, position), of: place, now: now)
            return .next
        case .press(let press): return take(press, of: unit, place, now: now)
        case .cancel(let cancel):
            let id = MessageID(unit: unit, boot: cancel.boot, counter: cancel.counter)
            let event = Cancel(id: id, pressCounter: cancel.pressCounter, cancelledAt: cancel.cancelledAt)
            return hold(.cancel(event), id, of: place, now: now)
        case .faultBegin(let fault):
            let report = FaultReport(unit, fault)
            return hold(.faultBegan(report), report.id, of: place, now: now)
        case .faultEnd(let fault):
            let report = FaultReport(unit, fault)
            return hold(.faultEnded(report), report.id, of: place, now: now)
        case .stageConfirm(let confirm):
            return hold(
                .stageConfirmed(StageConfirmation(unit: unit, alert: confirm.alert, stage: confirm.stage)))
        case .offer, .answer, .candidate:
            return decline(message.type, .notSupported, "sessions are not served yet", of: place, now: now)
        case .commandResult(let result): return take(result, of: unit, place, now: now)
        case .textReply:
            return decline(message.type, .payloadMissing, "nothing was asked", of: place, now: now)
        // Both say that something is over; here it never began, or the unit's log has it.
        case .sessionEnd, .unable: return .next
        case .goodbye(let goodbye):
            end(place, .goodbye, "\(goodbye.reason)", now: now)
            return .ended
        case .hello:
            let unable = Unable(
                .unexpected, refusedType: MessageType.hello.rawValue, text: "HELLO was accepted already")
            refuse(place, unable, counter: .framesRefusedUnexpected, now: now)
            return .ended
        }
    }

    /// A press is taken whatever its time says. One from the future comes from a wrong clock, which is told
    /// ours; one from the past may have waited for a link and proves nothing, so HELLO's clock judges that.
    private func take(_ press: PressMessage, of unit: UnitID, _ place: Int, now: Instant) -> FrameOutcome {
        let event = Press(
            id: MessageID(unit: unit, boot: press.boot, counter: press.counter), category: press.category,
            pressedAt: press.pressedAt, receivedAt: now.wall, position: press.position, results: press.results)
        guard appendUrgent(.press(event)) else { return .held }
        counters.add(.pressesReceived)
        awaitAnswer(
            boot: press.boot, counter: press.counter, of: place, isTest: press.category == .test, now: now)
        return press.pressedAt > now.wall ? checkClock(press.pressedAt, of: place, now: now) : .next
    }

    /// Sends TIME when a unit's clock is outside its window.
    private func checkClock(_ unitTime: WallTime, of place: Int, now: Instant) -> FrameOutcome {
        guard ClockNotice.isDue(unit: unitTime, gateway: now.wall) else { return .next }
        return send(.time(ClockNotice(gatewayTime: now.wall)), to: place, now: now) ? .next : .ended
    }

    /// Answers UNABLE to a message that is in order but not served; the link goes on.
    func decline(
        _ type: MessageType, _ code: UnableCode, _ text: String, of place: Int, now: Instant
    ) -> FrameOutcome {
        counters.add(.framesRefusedUnexpected)
        let unable = Unable(code, refusedType: type.rawValue, text: text)
        return send(.unable(unable), to: place, now: now) ? .next : .ended
    }

    // MARK: Lanes

    private func hold(_ event: Event) -> FrameOutcome { appendUrgent(event) ? .next : .held }

    /// A message that is answered when it is stored.
    private func hold(_ event: Event, _ id: MessageID, of place: Int, now: Instant) -> FrameOutcome {
        guard appendUrgent(event) else { return .held }
        awaitAnswer(boot: id.boot, counter: id.counter, of: place, now: now)
        return .next
    }

    /// Puts an event into the urgent lane.
    ///
    /// - Returns: false when it is full: keep what the event came from, and try again.
    func appendUrgent(_ event: Event, bodyBytesMax: Int = Event.pressBodyBytes) -> Bool {
        let result = lanes.urgent.append(kind: event.kind.rawValue, bodyBytesMax: bodyBytesMax) {
            event.encode(into: $0)
        }
        switch result {
        case .appended:
            hasUrgent = true
            return true
        case .full: return false
        case .abandoned, .tooLarge: preconditionFailure("every event of a unit fits its room")
        }
    }

    /// Puts an event into the routine lane, or sheds it: the next heartbeat says the same, only newer.
    private func appendRoutine(_ event: Event, of place: Int, now: Instant) {
        guard table[place].pointee.routine.takes(at: now.monotonic) else {
            counters.add(.routineFlooded)
            return
        }
        let result = lanes.routine.append(kind: event.kind.rawValue, bodyBytesMax: Event.pressBodyBytes) {
            event.encode(into: $0)
        }
        switch result {
        case .appended: routineUnrung += 1
        case .full: counters.add(.routineShed)
        case .abandoned, .tooLarge: preconditionFailure("every event of a unit fits one slot")
        }
    }
}

extension FaultReport {
    fileprivate init(_ unit: UnitID, _ fault: FaultMessage) {
        self.init(
            id: MessageID(unit: unit, boot: fault.boot, counter: fault.counter), fault: fault.fault,
            changedAt: fault.changedAt, detail: fault.detail)
    }
}

extension FrameError.Reason {
    /// Where it is counted.
    var counter: Counter {
        switch self {
        case .oversized: .framesRefusedOversized
        case .unknownType: .framesRefusedUnknownType
        case .unsupportedVersion: .framesRefusedVersion
        case .badIdentifier: .framesRefusedIdentity
        case .wrongDirection: .framesRefusedUnexpected
        case .truncated, .valueOutOfRange, .badLength, .badText: .framesRefusedMalformed
        }
    }
}
