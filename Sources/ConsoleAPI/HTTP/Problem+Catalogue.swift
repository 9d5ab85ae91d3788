// The catalogue of problems. Reasons are permanent; Docs/console-api.md lists them.

import AlertModel
import HTTPTypes

// MARK: - The request itself

extension Problem {
    /// Neither a route nor a file.
    static let notFound = Problem(
        status: .notFound, reason: "not_found", title: "Nothing lives here",
        detail: "This path is neither of the API nor of the console's files. The API's paths begin with /v1.")

    /// A path that exists for other methods: `allow`.
    static func wrongMethod(allow: String) -> Problem {
        Problem(
            status: .methodNotAllowed, reason: "wrong_method", title: "Wrong method",
            detail: "This path knows \(allow) only.", allow: allow)
    }

    /// A change without the JSON content type.
    static let notJSON = Problem(
        status: .unsupportedMediaType, reason: "not_json", title: "The request is not JSON",
        detail: "Send the header 'Content-Type: application/json'; with nothing to say, the body is {}.",
        isDenial: true)

    /// A change that another site's page sent.
    static func foreignOrigin(_ origin: String) -> Problem {
        Problem(
            status: .forbidden, reason: "foreign_origin", title: "The request comes from another site",
            detail:
                "Origin '\(origin.prefix(200))' is not this console. Open the console by the address it is served from.",
            isDenial: true)
    }

    /// More than a body may have.
    static func bodyTooLarge(bytesMax: Int) -> Problem {
        Problem(
            status: .contentTooLarge, reason: "body_too_large", title: "The body is too large",
            detail: "A body has at most \(bytesMax) bytes.")
    }

    /// A body that did not come whole in time.
    static func bodyTooSlow(seconds: Int64) -> Problem {
        Problem(
            status: .requestTimeout, reason: "body_too_slow", title: "The body came too slowly",
            detail:
                "A body must be here whole within \(seconds) s. The connection is closed; try again on a new one.")
    }

    /// A body that the path does not take; `detail` names what.
    static func badBody(_ detail: String) -> Problem {
        Problem(
            status: .badRequest, reason: "bad_body", title: "The body is not what this path takes", detail: detail)
    }

    /// A query that the path does not take; `detail` names what.
    static func badQuery(_ detail: String) -> Problem {
        Problem(
            status: .badRequest, reason: "bad_query", title: "The query is not what this path takes",
            detail: detail)
    }
}

// MARK: - Sign-in and rights

extension Problem {
    /// The same for an unknown officer, a wrong password and a damaged account: it tells nothing.
    static let signInRefused = Problem(
        status: .unauthorized, reason: "sign_in_refused", title: "Sign-in refused",
        detail:
            "Sign-in name or password is wrong. Check both and the keyboard's language; a supervisor can set a new password."
    )

    /// A sign-in refused unchecked, for `seconds`.
    static func lockedOut(seconds: Int) -> Problem {
        Problem(
            status: .tooManyRequests, reason: "locked_out", title: "Too many failed sign-ins",
            detail:
                "Try again in \(seconds) s. Sign-in was not checked, so a right password does not help before.",
            retryAfterS: seconds)
    }

    /// No session, or one that has ended.
    static let notSignedIn = Problem(
        status: .unauthorized, reason: "not_signed_in", title: "Not signed in",
        detail: "Sign in with POST /v1/sign-in and send its cookie. A session ends when it is idle or old.",
        isDenial: true)

    /// A centre the officer does not serve, or that does not exist: the two are not told apart.
    static let notYourCentre = Problem(
        status: .forbidden, reason: "not_your_centre", title: "Not one of your centres",
        detail:
            "Your account does not serve this centre. GET /v1/me lists those it serves; a supervisor can change them.",
        isDenial: true)
}

extension Problem {
    /// What an officer may not do.
    static let supervisorsOnly = Problem(
        status: .forbidden, reason: "supervisors_only", title: "For supervisors",
        detail: "Only a supervisor of this centre may do this. Ask the one on duty.", isDenial: true)
}

// MARK: - Alerts

extension Problem {
    /// An alert that is not at hand.
    static let alertUnknown = Problem(
        status: .notFound, reason: "alert_unknown", title: "No such alert",
        detail: "There is no open alert of this id, nor one closed a short while ago. Load the list again.")

    /// A unit that is on no list.
    static let unitUnknown = Problem(
        status: .notFound, reason: "unit_unknown", title: "No such unit",
        detail: "No unit of this id is known. GET /v1/centres/{centre}/units lists a centre's.")

    /// Maintenance that is over, or never was.
    static let maintenanceUnknown = Problem(
        status: .notFound, reason: "maintenance_unknown", title: "No such maintenance",
        detail: "No maintenance of this id is under way. Load the list again.")

    /// A centre of the account that nobody registered.
    static let centreUnknown = Problem(
        status: .notFound, reason: "centre_unknown", title: "No such centre",
        detail: "Your account serves this centre, but the registry does not have it. Tell an administrator.")

    /// What the dispatcher did not do, and who has the alert.
    static func refused(_ refusal: RefusalReason, owner: OfficerID?) -> Problem {
        if refusal == .alertUnknown { return .alertUnknown }
        if refusal == .maintenanceUnknown { return .maintenanceUnknown }
        let other = owner.map { "Officer \($0)" } ?? "Another officer"
        let (title, detail) =
            switch refusal {
            case .alreadyClaimed: ("Already claimed", "\(other) was first and has the alert now.")
            case .notOwner: ("Not yours", "\(other) has the alert; only its owner may do this.")
            case .alreadyClosed: ("Already closed", "The alert is closed; nothing more can be done with it.")
            case .notClaimed: ("Not claimed", "Claim the alert first.")
            case .outcomeMissing: ("Outcome missing", "Say with which outcome: \(Outcome.words).")
            case .stagePassed: ("Stage passed", "The alert is already past this stage.")
            case .centreUnknown: ("No such centre", "The registry has no centre of this id.")
            case .alreadyThere: ("Already there", "The alert is in this centre's queue.")
            case .noteMissing: ("Note missing", "Write something.")
            case .centreNotTaking: ("Not taking", "That centre takes no alerts now. Choose another.")
            case .durationWrong: ("Wrong duration", "Maintenance takes from 1 minute to 31 days.")
            case .reasonMissing: ("Reason missing", "Say why, for those who see it.")
            case .unitUnknown: ("No such unit", "The registry has no unit of this id.")
            case .roadUnknown: ("No such road", "No unit of the registry stands at this road.")
            case .unitNotCapable:
                ("The unit cannot do this", "It did not name this among its capabilities when it connected.")
            case .unitCommandsFull: ("Too many commands", "Wait: as many of this unit are under way as may be.")
            case .unitCommandWrong: ("Wrong command", "An argument or the time is outside its range.")
            case .maintenanceFull: ("Too much maintenance", "End some first: as much is under way as may be.")
            case .alertUnknown: (alertUnknown.title, alertUnknown.detail)
            case .maintenanceUnknown: (maintenanceUnknown.title, maintenanceUnknown.detail)
            }
        return Problem(status: .conflict, reason: refusal.word, title: title, detail: detail, owner: owner)
    }
}

// MARK: - The gateway

extension Problem {
    /// A bug of ours; the log has it.
    static let internalError = Problem(
        status: .internalServerError, reason: "internal", title: "The gateway failed here",
        detail: "This is a fault of the gateway; its log has the reason. Other requests are not affected.")

    /// The gateway stops.
    static let stopping = Problem(
        status: .serviceUnavailable, reason: "stopping", title: "The gateway stops",
        detail: "Nothing was done. Try again when it is back.", retryAfterS: 2)

    /// Some queue is full.
    static let busy = Problem(
        status: .serviceUnavailable, reason: "busy", title: "The gateway is busy",
        detail: "Nothing was done. Try again.", retryAfterS: 1)

    /// A bound on event streams is reached.
    static let tooManyStreams = Problem(
        status: .serviceUnavailable, reason: "too_many_streams", title: "Too many open event streams",
        detail: "Close streams that you do not read, or wait until dead ones are found.", retryAfterS: 15)

    /// The registry of accounts failed.
    static let accountsUnavailable = Problem(
        status: .serviceUnavailable, reason: "accounts_unavailable", title: "Accounts cannot be read",
        detail: "The registry of accounts does not answer; the gateway's log has the reason.", retryAfterS: 5)

    /// What the gateway could not do.
    init(_ error: ConsoleBackendError) {
        switch error {
        case .busy: self = .busy
        case .stopping: self = .stopping
        case .timedOut:
            self = Problem(
                status: .gatewayTimeout, reason: "timed_out", title: "No result in time",
                detail: "The act may still take effect: watch the alert before you try again.")
        }
    }
}
