// What a simulated unit does when it is told to: everything but what would make it another unit.

import AlertModel
import UnitProtocol

extension FieldUnit {
    /// It has no setting to change, and nothing to start anew or to move.
    static let capabilities: Capabilities = [
        .positioning, .stageDisplay, .siren, .beacon, .announceRecorded, .announceText, .volume, .cameraPreset,
        .selfTest, .sendData,
    ]

    /// Of so many commands it remembers what came of them; a gateway has eight under way at most.
    static let commandsRemembered = 32

    /// Does a command once and says what came of it, the same whenever it comes again.
    mutating func obey(_ command: Command, now: Instant) {
        if let known = results.last(where: { $0.id == command.id }) {
            return send(.commandResult(known), now: now)
        }
        let result = UnitCommandResult(id: command.id, status: outcome(of: command.action, now: now))
        results.append(result)
        if results.count > Self.commandsRemembered { results.removeFirst() }
        send(.commandResult(result), now: now)
    }

    private mutating func outcome(of action: CommandAction, now: Instant) -> UnitCommandResult.Status {
        guard CommandKind(rawValue: action.kind) != nil else { return .notSupported }
        guard !granted.isDisjoint(with: action.capabilities) else { return .refused }
        if case .sendData(let kinds) = action {
            if kinds.contains(.position) { sendPosition(now: now) }
            if kinds.contains(.heartbeat) { reportState(now: now) }
        }
        return .done
    }
}
