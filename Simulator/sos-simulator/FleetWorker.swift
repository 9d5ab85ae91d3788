// The fleet's thread: sleeps until a socket, an order, the next press or a unit's deadline wants something.

import AlertModel
import LinuxIO
import Settings
import SimulatedField
import UnitProtocol
import UnitTransport

/// Everything that the fleet's thread owns.
final class FleetWorker {
    /// A unit and its connection.
    struct Member {
        var unit: FieldUnit
        var link: Link?
        /// Open, and not touched any more: a carrier failed silently below it.
        var deadLink: Link?
        /// Of the last full handshake, to be offered by the next connections.
        var ticket: [UInt8]?
        /// When it last lost a connection on which it was online.
        var lostAt: MonotonicTime?
        /// The number of its latest press.
        var latestPress: UInt32 = 0
        /// Tells events of the present connection from late ones of the last.
        var generation: UInt32 = 0
        /// What the epoll waits for now.
        var watched: EpollEvents = []
        /// Its one entry in the heap that counts.
        var scheduledAt = MonotonicTime(nanoseconds: .max)
        var wasOnline = false
    }

    private static let bellToken = UInt64.max
    /// Without presses before everybody is there, latencies measure the gateway and not the start of the run.
    private static let startGraceNs: UInt64 = 5_000_000_000
    /// Sockets served before deadlines are looked at again.
    private static let eventsMax = 256
    /// Refusals shown; a broken run must not drown the screen.
    private static let notesMax = 20

    let fleet: Fleet
    let clock = SystemClock()
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: Link.readBytes, alignment: 16)
    var members: [Member]
    var heap = DeadlineHeap()
    private var schedule: PressSchedule?
    private var nextPress: ScheduledPress?
    private var nextPressAt: MonotonicTime?
    var figures = FleetFigures()
    private var ready = [EpollEvent](repeating: EpollEvent(), count: eventsMax)
    private var notes = 0
    private var isStopping = false
    var budget: ConnectBudget
    var connecting = 0
    var acts: ScenarioCursor?

    init(_ fleet: Fleet) {
        self.fleet = fleet
        let now = clock.now()
        var chance = Chance(seed: fleet.plan.seed)
        let spreadNs =
            1_000_000_000 / UInt64(max(1, fleet.plan.pace.connectsPerS)) * UInt64(fleet.plan.units.count)
        members = fleet.plan.units.map { record in
            let connectAt = now.monotonic.advanced(byNanoseconds: chance.nanoseconds(in: 0...spreadNs))
            return Member(
                unit: FieldUnit(
                    record: record, boot: fleet.boot, heartbeatS: fleet.plan.heartbeatS, chance: chance.branch(),
                    connectAt: connectAt))
        }
        budget = ConnectBudget(perS: fleet.plan.pace.connectsPerS, now: now.monotonic)
        acts = fleet.plan.scenario.map(ScenarioCursor.init)
        schedule = fleet.plan.schedule
    }

    deinit { scratch.deallocate() }

    /// Runs until the order to stop.
    func run() {
        do throws(Errno) {
            try fleet.epoll.add(fleet.bell.rawValue, events: .readable, token: Self.bellToken)
        } catch {
            preconditionFailure("two descriptors of our own: \(error)")
        }
        // Five times what the pace needs: machines are slower than paces.
        let spreadNs = 5_000_000_000 / UInt64(max(1, fleet.plan.pace.connectsPerS)) * UInt64(members.count)
        let startBy = clock.now().monotonic.advanced(byNanoseconds: Self.startGraceNs + spreadNs)
        for place in members.indices { reschedule(place) }
        while true {
            var now = clock.now()
            begin(by: startBy, now: now)
            takeOrders(now: now)
            if isStopping { break }
            pressDue(now: now)
            actDue(startBy: startBy, now: now)
            while let due = heap.popDue(at: now.monotonic) {
                // An entry of another time is left over from a deadline that moved.
                guard members[due.place].scheduledAt == due.at else { continue }
                members[due.place].scheduledAt = MonotonicTime(nanoseconds: .max)
                work(due.place, now: now)
            }
            fleet.publish(figures)
            let count = wait(from: now.monotonic, startBy: startBy)
            now = clock.now()
            for index in 0..<count { serve(ready[index], now: now) }
        }
        for place in members.indices { farewell(place) }
    }

    private func wait(from now: MonotonicTime, startBy: MonotonicTime) -> Int {
        var until = min(heap.earliest, nextPressAt)
        if nextPressAt == nil && schedule != nil { until = min(until, startBy) }
        if let acts { until = min(until, acts.nextAt ?? startBy) }
        // Rounded up: a wake-up before the deadline would find nothing to do.
        let waitMs = until.map { Int32(clamping: ($0.nanosecondsSince(now) + 999_999) / 1_000_000) } ?? -1
        do throws(Errno) {
            return try fleet.epoll.wait(into: &ready, timeoutMs: waitMs)
        } catch {
            preconditionFailure("our own epoll is always valid: \(error)")
        }
    }

    private func min(_ left: MonotonicTime?, _ right: MonotonicTime?) -> MonotonicTime? {
        guard let left, let right else { return left ?? right }
        return Swift.min(left, right)
    }
}

// MARK: - Presses

extension FleetWorker {
    /// Starts the schedule once everybody is there, or the grace is over.
    private func begin(by startBy: MonotonicTime, now: Instant) {
        guard nextPressAt == nil, schedule != nil else { return }
        guard figures.online == members.count || startBy <= now.monotonic else { return }
        advanceSchedule(from: now.monotonic)
    }

    private func advanceSchedule(from time: MonotonicTime) {
        nextPress = schedule?.next()
        nextPressAt = nextPress.map { time.advanced(byNanoseconds: $0.afterNs) }
        if nextPress == nil {
            schedule = nil
            figures.isScheduleDone = true
        }
    }

    private func pressDue(now: Instant) {
        while let press = nextPress, let time = nextPressAt, time <= now.monotonic {
            _ = self.press(press.unit, press.category)
            advanceSchedule(from: time)
        }
    }

    /// Lets a unit press now.
    func press(_ place: Int, _ category: Category) -> (MessageID, MonotonicTime) {
        // Read anew: the press's latency begins here.
        let now = clock.now()
        let id = members[place].unit.press(category, now: now)
        members[place].latestPress = id.counter
        fleet.ledger.pressed(id, isTest: category == .test, at: now.monotonic)
        work(place, now: now)
        return (id, now.monotonic)
    }

    private func takeOrders(now: Instant) {
        for order in fleet.takeOrders() {
            switch order {
            case .press(let unit, let category, let done):
                let (id, at) = press(unit, category)
                done(id, at)
            case .stopPressing:
                schedule = nil
                nextPress = nil
                nextPressAt = nil
            case .stop: isStopping = true
            }
        }
    }
}

// MARK: - Connections

extension FleetWorker {
    /// Lets the unit do what is due and sends what it says.
    func work(_ place: Int, now: Instant) {
        switch members[place].unit.work(now: now) {
        case .nothing: send(place, now: now)
        case .connect(let redirect): connect(place, redirect, now: now)
        case .close(let reason): lose(place, reason, now: now)
        }
        reschedule(place)
    }

    private func reschedule(_ place: Int) {
        let deadline = members[place].unit.deadline
        guard deadline < members[place].scheduledAt else { return }
        members[place].scheduledAt = deadline
        heap.push(place, at: deadline)
    }

    private func connect(_ place: Int, _ redirect: Redirect?, now: Instant) {
        let isUrgent = members[place].unit.hasPress
        guard isUrgent || (connecting < FleetPace.connectingMax && budget.take(now: now.monotonic)) else {
            members[place].unit.postpone(now: now)
            return
        }
        members[place].unit.connecting(now: now)
        members[place].deadLink = nil
        let gateway = fleet.plan.gateway
        do {
            let link = try Link(
                to: redirect?.host ?? gateway.host, port: redirect?.port ?? gateway.port,
                from: fleet.plan.pace.source(of: place), context: fleet.context,
                credential: fleet.credentials.all[place], ticket: members[place].ticket,
                hasPress: members[place].unit.hasUnanswered)
            members[place].generation &+= 1
            try fleet.epoll.add(link.fd, events: link.interest, token: token(of: place))
            members[place].watched = link.interest
            members[place].link = link
            connecting += 1
        } catch {
            lose(place, "\(error)", now: now)
        }
    }

    private func token(of place: Int) -> UInt64 { UInt64(members[place].generation) << 32 | UInt64(place) }

    private func serve(_ event: EpollEvent, now: Instant) {
        if event.token == Self.bellToken { return fleet.bell.drain() }
        let place = Int(event.token & 0xFFFF_FFFF)
        guard event.token == token(of: place), let link = members[place].link else { return }
        if !link.isSecured {
            guard proceed(place, link.handshake(), now: now) else { return }
            guard link.isSecured else { return watch(place) }
            connecting -= 1
            if link.isResumed { figures.resumedHandshakes += 1 } else { figures.fullHandshakes += 1 }
            members[place].unit.secured(now: now)
            send(place, now: now)
        } else if event.events.contains(.writable) {
            guard proceed(place, link.flush(), now: now) else { return }
        }
        guard members[place].link === link else { return }
        let step = link.read(scratch) { message in take(message, place) }
        guard proceed(place, step, now: now) else { return }
        send(place, now: now)
        reschedule(place)
    }

    /// Sends everything that the unit has to say.
    private func send(_ place: Int, now: Instant) {
        guard let link = members[place].link, link.isSecured else { return }
        for message in members[place].unit.takeOutbox() {
            if let stored = StoredMessage(message) {
                let unit = members[place].unit.record.id
                fleet.ledger.sent(MessageID(unit: unit, boot: stored.boot, counter: stored.counter))
            }
            guard proceed(place, link.send(message, scratch), now: now) else { return }
        }
        watch(place)
    }

    /// - Returns: whether the connection lives.
    private func proceed(_ place: Int, _ step: Link.Step, now: Instant) -> Bool {
        guard case .ended(let reason) = step else { return true }
        lose(place, reason, now: now)
        return false
    }

    private func watch(_ place: Int) {
        guard let link = members[place].link, members[place].watched != link.interest else { return }
        members[place].watched = link.interest
        // Only memory can be missing here; the unit's own deadlines then end the connection.
        try? fleet.epoll.modify(link.fd, events: link.interest, token: token(of: place))
    }

    /// Ends the unit's connection, if it has one.
    func lose(_ place: Int, _ reason: String, now: Instant) {
        if members[place].unit.isOnline {
            figures.online -= 1
            members[place].lostAt = now.monotonic
        }
        if let link = members[place].link {
            if !link.isSecured { connecting -= 1 }
            // A ticket that was not taken is worth nothing any more; one that was is good for the next time, too.
            if link.isSecured, !link.isResumed { members[place].ticket = link.ticket() }
        }
        members[place].link = nil
        members[place].watched = []
        members[place].unit.lost(now: now)
        figures.lastProblem = reason
        observe(place, .lost(reason), at: now)
        reschedule(place)
    }

    private func farewell(_ place: Int) {
        guard let link = members[place].link, link.isSecured else { return }
        _ = link.send(.goodbye(Goodbye(.powerOff)), scratch)
        link.finish()
    }
}

// MARK: - What the gateway says

extension FleetWorker {
    /// - Returns: why the connection ends, nil when it goes on.
    private func take(_ message: GatewayMessage, _ place: Int) -> String? {
        // Read anew: a batch of frames may have waited.
        let now = clock.now()
        let unit = members[place].unit.record.id
        let wasOnline = members[place].unit.isOnline
        switch members[place].unit.receive(message, now: now) {
        case .welcomed:
            guard !wasOnline else { return nil }
            figures.online += 1
            figures.wasOnline = true
            if members[place].wasOnline { figures.reconnects += 1 }
            if let lostAt = members[place].lostAt {
                fleet.ledger.returned(afterNs: now.monotonic.nanosecondsSince(lostAt))
            }
            members[place].wasOnline = true
            observe(place, .online, at: now)
        case .stage(let notice):
            fleet.ledger.reached(
                notice.stage, of: notice.alert,
                press: MessageID(unit: unit, boot: notice.boot, counter: notice.counter), at: now.monotonic)
            observe(place, .stage(notice), at: now)
        case .acknowledged(let id): fleet.ledger.acknowledged(id, at: now.monotonic)
        case .refused(let unable): note("unit \(unit): UNABLE \(unable.code.rawValue): \(unable.text)")
        case .clockSet: note("unit \(unit): the gateway set its clock")
        case .ended(let reason): return reason
        case .ignored: break
        }
        return nil
    }

    private func observe(_ place: Int, _ what: FleetObservation.What, at now: Instant) {
        let unit = members[place].unit.record.id
        fleet.observations?.yield(FleetObservation(unit: unit, what: what, at: now.monotonic))
    }

    private func note(_ text: String) {
        notes += 1
        if notes <= Self.notesMax { fleet.terminal.note(text) }
        if notes == Self.notesMax { fleet.terminal.note("further messages of this kind are not shown") }
    }
}
