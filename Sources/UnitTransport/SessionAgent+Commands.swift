// Commands to units: out as the dispatcher gives them, back as many results as were asked for.

internal import AlertModel
internal import UnitProtocol

extension SessionAgent {
    /// Results that a unit may say of one command: that it began, how it ended, and that again.
    private static let resultsPerCommand: UInt16 = 4

    /// Sends a command.
    func command(
        _ id: JournalSequence, _ action: CommandAction, validForS: UInt16, to place: Int, now: Instant
    ) {
        let (sum, overflow) = table[place].pointee.resultsAwaited.addingReportingOverflow(Self.resultsPerCommand)
        table[place].pointee.resultsAwaited = overflow ? .max : sum
        send(
            .command(Command(id: CommandID(id.value), validForS: validForS, action: action)), to: place, now: now)
    }

    /// Takes a result to the journal; results that nobody asked for do not come that far.
    func take(_ result: UnitCommandResult, of unit: UnitID, _ place: Int, now: Instant) -> FrameOutcome {
        guard table[place].pointee.resultsAwaited > 0 else {
            return decline(.commandResult, .payloadMissing, "nothing was asked", of: place, now: now)
        }
        let answer = UnitCommandAnswer(
            unit: unit, id: JournalSequence(result.id.value), state: result.status.state, value: result.value,
            detail: result.detail)
        guard appendUrgent(.unitCommandAnswered(answer), bodyBytesMax: UnitCommandAnswer.bodyBytesMax) else {
            return .held
        }
        table[place].pointee.resultsAwaited -= 1
        return .next
    }
}

extension UnitCommandResult.Status {
    fileprivate var state: UnitCommandState {
        switch self {
        case .done: .done
        case .started: .started
        case .refused: .refused
        case .failed: .failed
        case .notSupported: .notSupported
        case .expired: .expired
        }
    }
}
