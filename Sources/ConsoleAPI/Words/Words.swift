// The API's words for the field's closed lists: the one place where values become words and back.
// Words are permanent, like the raw values they stand for.

import AlertModel

/// A value of a closed list that has a word in the API.
protocol Worded: CaseIterable, Hashable {
    /// Lower-case English, words joined by `_`.
    var word: String { get }
}

extension Worded {
    /// Finds the value of a word; nil for a word the list does not have.
    init?(word: some StringProtocol) {
        guard let value = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = value
    }

    /// Every word of the list, for an error that says what is allowed.
    static var words: String { allCases.map(\.word).joined(separator: ", ") }
}

extension Category: Worded {
    var word: String {
        switch self {
        case .police: "police"
        case .medical: "medical"
        case .fire: "fire"
        case .roadAccident: "road_accident"
        case .tamper: "tamper"
        case .linkLost: "link_lost"
        case .fault: "fault"
        case .test: "test"
        }
    }
}

extension Priority: Worded {
    var word: String {
        switch self {
        case .life: "life"
        case .urgent: "urgent"
        case .property: "property"
        case .technical: "technical"
        case .test: "test"
        }
    }
}

extension Stage: Worded {
    var word: String {
        switch self {
        case .stored: "stored"
        case .ringing: "ringing"
        case .answered: "answered"
        case .dispatched: "dispatched"
        case .arrived: "arrived"
        case .closed: "closed"
        }
    }
}

extension Outcome: Worded {
    var word: String {
        switch self {
        case .real: "real"
        case .falsePress: "false_press"
        case .hoax: "hoax"
        case .test: "test"
        case .technical: "technical"
        case .duplicate: "duplicate"
        case .cannotLocate: "cannot_locate"
        case .referred: "referred"
        }
    }
}

// Its words stand in the model: the registry's columns are named by them too.
extension FaultKind: Worded {}

extension OutageScope: Worded {
    var word: String {
        switch self {
        case .carrier: "carrier"
        case .road: "road"
        case .region: "region"
        case .gateway: "gateway"
        }
    }
}

extension EscalationLevel: Worded {
    var word: String {
        switch self {
        case .none: "none"
        case .reRing: "re_ring"
        case .supervisors: "supervisors"
        case .neighbour: "neighbour"
        case .failover: "failover"
        case .dutyDesk: "duty_desk"
        }
    }
}

extension CentreState: Worded {
    var word: String {
        switch self {
        case .inactive: "inactive"
        case .active: "active"
        case .disabled: "disabled"
        case .full: "full"
        case .standby: "standby"
        }
    }
}

extension CentreKind: Worded {
    var word: String {
        switch self {
        case .centre: "centre"
        case .dutyDesk: "duty_desk"
        }
    }
}

extension RefusalReason: Worded {
    var word: String {
        switch self {
        case .alertUnknown: "alert_unknown"
        case .alreadyClaimed: "already_claimed"
        case .notOwner: "not_owner"
        case .alreadyClosed: "already_closed"
        case .notClaimed: "not_claimed"
        case .outcomeMissing: "outcome_missing"
        case .stagePassed: "stage_passed"
        case .centreUnknown: "no_such_centre"
        case .alreadyThere: "already_there"
        case .noteMissing: "note_missing"
        case .centreNotTaking: "centre_not_taking"
        case .maintenanceUnknown: "maintenance_unknown"
        case .durationWrong: "duration_wrong"
        case .reasonMissing: "reason_missing"
        case .unitUnknown: "no_such_unit"
        case .roadUnknown: "no_such_road"
        case .maintenanceFull: "maintenance_full"
        case .unitNotCapable: "unit_not_capable"
        case .unitCommandsFull: "unit_commands_full"
        case .unitCommandWrong: "unit_command_wrong"
        }
    }
}
