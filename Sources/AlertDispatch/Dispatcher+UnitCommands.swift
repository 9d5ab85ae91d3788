// Commands to units: sent on every link and again on a new one, over by a result or by their deadline.
// Docs/unit-commands.md.

public import AlertModel

/// One command under way. Durable.
struct UnitCommandUnderway: Hashable, Sendable {
    /// The journal record that gave it.
    let id: JournalSequence
    let officer: OfficerID
    let action: CommandAction
    let due: JournalTime
    let givenAt: WallTime
    /// ``UnitCommandState/waiting``, ``UnitCommandState/sent`` or ``UnitCommandState/started``.
    var state: UnitCommandState
    var changedAt: WallTime
}

extension Dispatcher {
    /// Commands of one unit under way at once: more than one does after another is no use of a siren.
    static var unitCommandsMax: Int { 8 }

    /// A unit's commands under way, the oldest first.
    public func openCommands(_ unit: UnitID) -> [UnitCommandStatus] {
        guard let state = units[unit] else { return [] }
        return state.commands.map { status(of: $0, unit: unit) }
    }

    mutating func unitCommanded(_ given: UnitCommand, at now: WallTime, effects: inout [Effect]) {
        guard let unit = units[given.unit], unit.isRegistered else {
            return refuse(given.command, .unitUnknown, effects: &effects)
        }
        if let reason = refusal(of: given, unit) { return refuse(given.command, reason, effects: &effects) }
        totals.unitCommands &+= 1
        let command = UnitCommandUnderway(
            id: lastSequence, officer: given.officer, action: given.action,
            due: clock.now.advanced(bySeconds: given.timeoutS), givenAt: now,
            state: unit.links.isEmpty ? .waiting : .sent, changedAt: now)
        unit.commands.append(command)
        awaitCommands(of: unit)
        unit.links.forEach { effects.append(.answer(order(command, on: $0))) }
        effects.append(.feed(.unitCommand(status(of: command, unit: given.unit))))
        effects.append(.feed(.result(given.command, .done(AlertID(command.id.value)))))
    }

    /// A unit came back: what it may not have got is sent again; it does nothing twice.
    mutating func sendCommands(to unit: UnitState, on link: LinkUp, at now: WallTime, effects: inout [Effect]) {
        for command in unit.commands where command.due > clock.now {
            guard Self.canDo(command.action, link.capabilities) else {
                end(command.id, of: unit, .notSupported, at: now, effects: &effects)
                continue
            }
            effects.append(.answer(order(command, on: link.link)))
            if command.state == .waiting { move(command.id, of: unit, to: .sent, at: now, effects: &effects) }
        }
    }

    /// An answer to a command that is over, or never was, changes nothing: units repeat their answers.
    mutating func unitCommandAnswered(_ answer: UnitCommandAnswer, at now: WallTime, effects: inout [Effect]) {
        guard let unit = units[answer.unit], unit.commands.contains(where: { $0.id == answer.id }) else { return }
        switch answer.state {
        case .waiting, .sent, .timedOut: return
        case .started: move(answer.id, of: unit, to: .started, at: now, effects: &effects)
        case .done, .refused, .failed, .notSupported, .expired:
            end(
                answer.id, of: unit, answer.state, value: answer.value, detail: answer.detail, at: now,
                effects: &effects)
        }
    }

    /// The first of a unit's commands, or more, had no result in time.
    mutating func unitCommandIsDue(_ id: UnitID, at now: WallTime, effects: inout [Effect]) {
        guard let unit = units[id] else { return }
        for command in unit.commands where command.due <= clock.now {
            totals.unitCommandsTimedOut &+= 1
            end(command.id, of: unit, .timedOut, at: now, effects: &effects)
        }
        awaitCommands(of: unit)
    }

    // MARK: Parts

    private func refusal(of given: UnitCommand, _ unit: UnitState) -> RefusalReason? {
        guard given.action.isSayable, (1...UnitCommand.timeoutMaxS).contains(given.timeoutS) else {
            return .unitCommandWrong
        }
        guard unit.commands.count < Self.unitCommandsMax else { return .unitCommandsFull }
        if !unit.links.isEmpty, !Self.canDo(given.action, unit.capabilities) { return .unitNotCapable }
        return nil
    }

    private static func canDo(_ action: CommandAction, _ capabilities: UInt32) -> Bool {
        !Capabilities(rawValue: capabilities).isDisjoint(with: action.capabilities)
    }

    private func order(_ command: UnitCommandUnderway, on link: LinkID) -> UnitAnswer {
        let seconds = command.due.nanosecondsSince(clock.now) / 1_000_000_000
        // 0 would mean no limit; a second too long is caught by the gateway's own deadline.
        return .command(
            link, id: command.id, validForS: UInt16(clamping: max(1, seconds)), action: command.action)
    }

    private mutating func move(
        _ id: JournalSequence, of unit: UnitState, to state: UnitCommandState, at now: WallTime,
        effects: inout [Effect]
    ) {
        guard let index = unit.commands.firstIndex(where: { $0.id == id }), unit.commands[index].state < state
        else { return }
        unit.commands[index].state = state
        unit.commands[index].changedAt = now
        effects.append(.feed(.unitCommand(status(of: unit.commands[index], unit: unit.record.id))))
    }

    private mutating func end(
        _ id: JournalSequence, of unit: UnitState, _ state: UnitCommandState, value: UInt32 = 0,
        detail: String = "", at now: WallTime, effects: inout [Effect]
    ) {
        guard let index = unit.commands.firstIndex(where: { $0.id == id }) else { return }
        var command = unit.commands.remove(at: index)
        command.state = state
        command.changedAt = now
        awaitCommands(of: unit)
        effects.append(
            .feed(.unitCommand(status(of: command, unit: unit.record.id, value: value, detail: detail))))
    }

    /// One deadline a unit: that of the command which is over first.
    private mutating func awaitCommands(of unit: UnitState) {
        let key = TimerKey(.unitCommandDue, unit.record.id)
        guard let first = unit.commands.map(\.due).min() else { return deadlines.disarm(key) }
        if deadlines.armed[key]?.due != first { deadlines.arm(key, at: first) }
    }

    private func status(
        of command: UnitCommandUnderway, unit: UnitID, value: UInt32 = 0, detail: String = ""
    ) -> UnitCommandStatus {
        UnitCommandStatus(
            id: command.id, unit: unit, officer: command.officer, action: command.action, state: command.state,
            value: value, detail: detail, givenAt: command.givenAt, dueAt: clock.wall(of: command.due),
            changedAt: command.changedAt)
    }

    /// A unit has a deadline exactly when it has commands, that of the first.
    func checkUnitCommands(_ wrong: inout [String]) {
        for (id, unit) in units {
            let first = unit.commands.map(\.due).min()
            if deadlines.armed[TimerKey(.unitCommandDue, id)]?.due != first {
                wrong.append("commands of \(id) have the wrong deadline")
            }
            if unit.commands.count > Self.unitCommandsMax { wrong.append("unit \(id) has too many commands") }
            for command in unit.commands {
                if command.state.isOver { wrong.append("command \(command.id.value) is over and under way") }
                if command.id > lastSequence { wrong.append("command \(command.id.value) is of the future") }
            }
            if zip(unit.commands, unit.commands.dropFirst()).contains(where: { $0.id >= $1.id }) {
                wrong.append("commands of \(id) are out of order")
            }
        }
        for key in deadlines.armed.keys where key.kind == .unitCommandDue {
            guard let id = key.id(UnitID.self), units[id] != nil else {
                wrong.append("a deadline for commands of a unit that is not known")
                continue
            }
        }
    }
}

extension UnitCommandUnderway {
    func write(to writer: inout StateWriter) {
        writer.number(id.value)
        writer.id(officer)
        writer.byte(action.kind)
        switch action {
        case .siren(let seconds), .beacon(let seconds), .restart(let seconds): writer.number(UInt64(seconds))
        case .announce(let message, let language, let text):
            writer.number(UInt64(message))
            writer.text(language)
            writer.text(text)
        case .volume(let percent): writer.byte(percent)
        case .cameraPreset(let camera, let preset):
            writer.byte(camera)
            writer.byte(preset)
        case .selfTest(let parts): writer.number(UInt64(parts.rawValue))
        case .sendData(let kinds): writer.number(UInt64(kinds.rawValue))
        case .configure(let key, let value):
            writer.text(key)
            writer.text(value)
        case .move(let host, let port):
            writer.number(UInt64(port))
            writer.text(host)
        case .unknown: break
        }
        writer.number(due.nanoseconds)
        writer.time(givenAt)
        writer.byte(state.rawValue)
        writer.time(changedAt)
    }

    init(from reader: inout StateReader) throws(StateDecodingError) {
        let id = JournalSequence(try reader.number())
        let officer: OfficerID = try reader.id()
        let action = try Self.action(kind: try reader.listed(), from: &reader)
        guard action.isSayable else { throw reader.error(.badValue) }
        self.init(
            id: id, officer: officer, action: action, due: JournalTime(nanoseconds: try reader.number()),
            givenAt: try reader.time(), state: try reader.listed(), changedAt: try reader.time())
    }

    private static func action(
        kind: CommandKind, from reader: inout StateReader
    ) throws(StateDecodingError) -> CommandAction {
        switch kind {
        case .siren: .siren(seconds: try reader.number(UInt16.self))
        case .beacon: .beacon(seconds: try reader.number(UInt16.self))
        case .announce:
            .announce(
                message: try reader.number(UInt16.self), language: try reader.text(), text: try reader.text())
        case .volume: .volume(percent: try reader.byte())
        case .cameraPreset: .cameraPreset(camera: try reader.byte(), preset: try reader.byte())
        case .selfTest: .selfTest(UnitParts(rawValue: try reader.number(UInt16.self)))
        case .sendData: .sendData(DataKinds(rawValue: try reader.number(UInt16.self)))
        case .restart: .restart(afterSeconds: try reader.number(UInt16.self))
        case .configure: .configure(key: try reader.text(), value: try reader.text())
        case .move:
            try move(port: try reader.number(UInt16.self), from: &reader)
        }
    }

    private static func move(
        port: UInt16, from reader: inout StateReader
    ) throws(StateDecodingError) -> CommandAction {
        .move(host: try reader.text(), port: port)
    }

    func mix(into hasher: inout StateHasher) {
        var writer = StateWriter()
        write(to: &writer)
        for byte in writer.bytes { hasher.mix(UInt64(byte)) }
    }
}
