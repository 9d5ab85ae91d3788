// The moves of an alert that people make, as one pure table. Docs/alert-life.md shows the same table
// to people and a test compares the two.

public import AlertModel

/// Whose an alert is, seen from the officer who acts.
public enum Ownership: UInt8, CaseIterable, Hashable, Sendable {
    /// Nobody claimed it, or the owner released it.
    case nobody
    /// The officer who acts.
    case own
    /// Another officer.
    case another

    /// - Parameters:
    ///   - owner: who has the alert.
    ///   - officer: who acts.
    public init(owner: OfficerID?, officer: OfficerID) {
        switch owner {
        case nil: self = .nobody
        case officer: self = .own
        default: self = .another
        }
    }
}

/// What an officer's action does to an alert.
public enum AlertMove: Hashable, Sendable {
    /// The alert comes to this stage.
    case stage(Stage)
    /// Already so: done, and nothing changes. A repeated click is no mistake.
    case stay
    /// Not done.
    case refused(RefusalReason)
}

extension AlertMove {
    /// The move for an action. Constant time, no allocation.
    ///
    /// - Parameters:
    ///   - action: what the officer does.
    ///   - stage: the alert's stage before.
    ///   - ownership: whose the alert is.
    ///   - missing: what the action needs and does not have, such as a close its outcome; counts only where the
    ///     action would be done otherwise.
    public static func of(
        _ action: ActionKind, at stage: Stage, ownership: Ownership, missing: RefusalReason?
    ) -> AlertMove {
        if stage == .closed { return .refused(.alreadyClosed) }
        if action == .note { return missing.map(AlertMove.refused) ?? .stay }
        if action == .reRing { return ownership == .nobody ? .stay : .refused(.alreadyClaimed) }
        if action == .claim {
            switch ownership {
            case .nobody: return .stage(.answered)
            case .own: return .stay
            case .another: return .refused(.alreadyClaimed)
            }
        }
        switch ownership {
        case .nobody: return .refused(.notClaimed)
        case .another: return .refused(.notOwner)
        case .own: return ofOwner(action, at: stage, missing: missing)
        }
    }

    private static func ofOwner(_ action: ActionKind, at stage: Stage, missing: RefusalReason?) -> AlertMove {
        switch action {
        case .claim, .note, .reRing: return .stay
        case .release: return .stage(.ringing)
        case .dispatch:
            if stage > .dispatched { return .refused(.stagePassed) }
            return stage == .dispatched ? .stay : .stage(.dispatched)
        case .arrive: return stage == .arrived ? .stay : .stage(.arrived)
        case .close: return missing.map(AlertMove.refused) ?? .stage(.closed)
        case .transfer: return missing.map(AlertMove.refused) ?? .stage(.ringing)
        }
    }
}
