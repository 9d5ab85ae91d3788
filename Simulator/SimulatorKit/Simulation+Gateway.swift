// The gateway's process: started, turned, killed; and what its answers become on their way.

import AlertDispatch
import AlertModel

extension Simulation {
    func turnGateway() {
        let wasRunning = gateway.isRunning
        let output = gateway.turn(tick: tick, at: now, &random)
        readDisk()
        referee.check(output) { unitOfLink[$0] }
        referee.check(gateway)
        if gateway.isRunning { referee.checkSteps(at: now, aliveTicks: tick - startedAt) }
        referee.checkSupervision(gateway)
        for answer in output.answers { send(answer) }
        for entry in output.feed {
            note(entry)
            for officer in officers { officer.hear(entry, due: tick + random.below(officer.delayTicksMax)) }
        }
        if wasRunning, !gateway.isRunning { gatewayDied() }
    }

    private func readDisk() {
        referee.read(gateway) { sequence, event in
            guard settings.keepsTrace else { return }
            let said = event.said
            let alert = said.alert ?? (event.kind == .press ? AlertID(sequence.value) : nil)
            tell(.disk, Said("\(sequence.value): \(said.text)", unit: said.unit, alert: alert))
        }
    }

    private func send(_ answer: UnitAnswer) {
        note(answer, of: unitOfLink[answer.link])
        guard let place = sessions[answer.link] else { return }
        if !network.send(.toUnit(unit: place, answer), tick: tick, &random) {
            // A stream has no holes: what is lost takes its connection with it. Units repeat what is
            // not answered, so the other way a hole is allowed and worse.
            units[place].disconnected(answer.link)
            lose(answer.link, .peerClosed, noticedAt: tick + random.below(40))
        }
        // The session agent closes after it has told the unit, and says so.
        if case .close(let link, let end) = answer { lose(link, end, noticedAt: tick) }
    }

    /// Every connection of the process is gone.
    func gatewayDied() {
        totals.count(.crashes)
        tell(.world, Said("the gateway stops: \(gateway.end.map { "\($0)" } ?? "?")"))
        sessions.removeAll()
        unnoticed.removeAll()
        toldConsoles.removeAll()
        for officer in officers where officer.isPresent { officer.leave(until: tick + 1 + random.below(60)) }
        for unit in units { for link in unit.paths.compactMap({ $0 }) { unit.disconnected(link) } }
        if gateway.end == .lostPower { bootTick = tick }
        startsAt = tick + 1 + random.below(5)
    }

    func startGatewayIfDue() {
        guard !gateway.isRunning, let due = startsAt, tick >= due, let centre = centres.first else { return }
        startsAt = nil
        startedAt = tick
        // The machine may also have been down for long; its clock knows.
        if random.chance(perMille: 200) { bootTick = tick }
        let isFirst = gateway.disk.segments.isEmpty
        let isDamaged = !isCalm && planDamagedStart()
        let skipped = skippedSnapshots()
        guard
            gateway.start(
                GatewayStarted(defaultCentre: centre, supervision: supervision), skipsSnapshots: skipped, now: now,
                &random)
        else {
            if isDamaged, gateway.end != .died { totals.count(.refusedStarts) }
            tell(.world, Said("the gateway does not start: \(gateway.end.map { "\($0)" } ?? "?")"))
            if gateway.end == .lostPower { bootTick = tick }
            startsAt = tick + 1 + random.below(5)
            return
        }
        readDisk()
        tell(.world, Said("the gateway starts with \(gateway.durable.value) records, snapshots \(snapshotWords)"))
        referee.check(gateway, isNewProcess: true)
        if isFirst || gateway.durable == .zero { registerAll() }
    }

    private var snapshotWords: String {
        "[" + gateway.disk.snapshots.map { "\($0.sequence.value)" }.joined(separator: ", ") + "]"
    }

    /// A newest snapshot that turns out to be damaged is passed over, when there is another way to start.
    private func skippedSnapshots() -> Int {
        guard !isCalm, random.chance(perMille: 200) else { return 0 }
        return gateway.disk.snapshots.count == 2 || gateway.disk.names.first == .zero.next ? 1 : 0
    }

    /// Lets the next start read a flipped bit or another sector, anywhere but in the last batch: behind that nothing
    /// proves that it was ever durable, so it counts as torn. Or lets it die on the way.
    ///
    /// - Returns: whether a damage was planned.
    private func planDamagedStart() -> Bool {
        if random.chance(perMille: 100) { gateway.disk.plan(.death, after: random.below(3)) }
        guard random.chance(perMille: 150), let name = random.pick(gateway.disk.names),
            let bytes = gateway.disk.segments[name]?.visible
        else { return false }
        // Of a segment that is closed everything counts, also the zeros behind its end.
        let last = referee.walk
        let end =
            name == last.segment
            ? last.batchStart : name < last.segment ? bytes.count : DurableRecords.headerBytes
        if random.chance(perMille: 500) {
            let offset = random.below(end)
            gateway.disk.damagedRead = .init(
                segment: name, offset: offset, bytes: [bytes[offset] ^ UInt8(1 << random.below(8))])
        } else {
            let sector = random.below(end / SimulatedDisk.sectorBytes) * SimulatedDisk.sectorBytes
            let other = random.below(end / SimulatedDisk.sectorBytes) * SimulatedDisk.sectorBytes
            let wrong = Array(bytes[other..<other + SimulatedDisk.sectorBytes])
            gateway.disk.damagedRead = .init(segment: name, offset: sector, bytes: wrong)
        }
        tell(.world, Said("a read of segment \(name.value) will be damaged"))
        return true
    }

    /// The last unit stays unregistered.
    private func registerAll() {
        for centre in centres {
            gateway.receive(.centreRegistered(CentreRecord(id: centre, name: "\(centre)")), at: now)
        }
        for centre in centres { gateway.receive(.policyChanged(policy(of: centre)), at: now) }
        registerProfiles()
        for unit in units.dropLast() { register(unit) }
    }

    func register(_ unit: SimulatedUnit) {
        guard let centre = random.pick(centres) else { return }
        gateway.receive(.unitRegistered(record(of: unit, centre: centre)), at: now)
    }

    /// Short times, so that alerts come far within a run; any target may be missing or the centre itself.
    func policy(of centre: CentreID) -> CentrePolicy {
        let first = UInt16(1 + random.below(4))
        let second = first + UInt16(1 + random.below(3))
        let third = second + UInt16(1 + random.below(3))
        func target() -> CentreID? { random.chance(perMille: 700) ? random.pick(centres) : nil }
        return CentrePolicy(
            centre: centre, timesS: (first, second, third), unseenS: UInt16(random.below(4)),
            starvationS: UInt16(random.below(5)), neighbour: target(),
            failover: target(), dutyDesk: target(),
            priorities: PressPriorities(
                medical: random.pick([.life, .urgent, .technical]) ?? .life,
                roadAccident: random.pick([.urgent, .property]) ?? .urgent))
    }

    /// Forgets nothing that the gateway must be told later.
    func lose(_ link: LinkID, _ end: LinkEnd, noticedAt due: Int) {
        guard sessions[link] != nil else { return }
        unnoticed.append((due, link, end))
    }
}
