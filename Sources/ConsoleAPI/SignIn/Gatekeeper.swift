// The one place where a request's rights are checked. A route's requirement stands in the route table.

import AlertModel
import Hummingbird

/// What a request may rely on once the gatekeeper has let it in.
struct Admission: Sendable {
    /// nil on an anonymous route.
    let officer: OfficerAccount?
    /// The session's key; nil on an anonymous route.
    let session: TokenHash?
    /// The centre in the path.
    let centre: CentreID?
    /// The alert in the path.
    let alert: AlertView?
    /// The unit in the path.
    var unit: UnitID?
}

/// Checks sessions and rights against the route table.
struct Gatekeeper: Sendable {
    /// The `__Host-` prefix makes browsers insist on Secure, no Domain and Path=/.
    static let cookieName = "__Host-sos_session"

    /// Who is signed in.
    let sessions: Sessions
    /// What they may.
    let accounts: Accounts
    /// Which centre an alert belongs to.
    let feed: ConsoleFeed
    /// The clock.
    let backend: any ConsoleBackend

    /// Lets a request in.
    ///
    /// - Throws: `not_signed_in`, `not_your_centre`, `supervisors_only`, `alert_unknown`, `unit_unknown`, `centre_unknown`,
    ///   `accounts_unavailable`.
    func admit(_ request: Request, to match: RouteMatch) async throws(Problem) -> Admission {
        if match.rule.requirement == .anonymous {
            return Admission(officer: nil, session: nil, centre: nil, alert: nil)
        }
        let (account, session) = try await identify(request)
        switch match.rule.requirement {
        case .anonymous, .signedIn:
            return Admission(officer: account, session: session, centre: nil, alert: nil)
        case .supervisor:
            guard account.role == .supervisor else { throw .supervisorsOnly }
            return Admission(officer: account, session: session, centre: nil, alert: nil)
        case .officerOfCentre, .supervisorOfCentre:
            guard let id = match.id, let centre = try? CentreID(id), account.serves(centre) else {
                throw .notYourCentre
            }
            if match.rule.requirement == .supervisorOfCentre, account.role != .supervisor {
                throw .supervisorsOnly
            }
            guard feed.centre(centre) != nil else { throw .centreUnknown }
            return Admission(officer: account, session: session, centre: centre, alert: nil)
        case .officerOfAlert:
            guard let view = match.id.flatMap(AlertID.init(text:)).flatMap(feed.alert) else { throw .alertUnknown }
            guard account.serves(view.alert.centre) else { throw .notYourCentre }
            return Admission(officer: account, session: session, centre: view.alert.centre, alert: view)
        case .officerOfUnit:
            guard let id = match.id, let name = try? UnitID(id), let unit = feed.unit(name) else {
                throw .unitUnknown
            }
            let centre = unit.record.centre
            guard account.serves(centre) else { throw .notYourCentre }
            return Admission(officer: account, session: session, centre: centre, alert: nil, unit: unit.record.id)
        }
    }

    /// Who sends a request.
    ///
    /// - Throws: `not_signed_in`, `accounts_unavailable`.
    func identify(_ request: Request) async throws(Problem) -> (OfficerAccount, TokenHash) {
        guard let token = request.cookies[Self.cookieName]?.value, let hash = TokenHash(token: token) else {
            throw .notSignedIn
        }
        guard let account = try await account(of: hash) else { throw .notSignedIn }
        return (account, hash)
    }

    /// The account behind a session, and notes that the session is in use; nil when either has ended.
    ///
    /// - Throws: `accounts_unavailable`.
    func account(of session: TokenHash) async throws(Problem) -> OfficerAccount? {
        let now = backend.steadyNow()
        guard let found = await sessions.find(session, now: now) else { return nil }
        guard let account = try await accounts.account(found.officer, now: now) else {
            await sessions.close(session)
            return nil
        }
        return account
    }
}

extension OfficerAccount {
    /// Whether the officer may see and handle what belongs to `centre`. Every role is bound to its centres.
    func serves(_ centre: CentreID) -> Bool { centres.contains(centre) }
}
