// Every path of the API, with what it takes and who may use it: one table, and nothing is served that is
// not in it.

import AlertModel
import HTTPTypes

/// What a path does.
enum Route: Hashable, Sendable {
    /// The session.
    case signIn, signOut, me
    /// Lists.
    case centres, centreAlerts, centreUnits
    /// How a centre stands.
    case centreState
    /// Maintenance: what is under way, its begin, its early end.
    case maintenance, beginMaintenance, endMaintenance
    /// Commands to a unit: those known, and a new one.
    case unitCommands, commandUnit
    /// Emptying the gateway: how it stands, its begin, its end.
    case drain, beginDrain, endDrain
    /// One alert and what is done to it.
    case alert, act(ActionKind), shown
    /// The live stream.
    case events
    /// For whoever watches the gateway.
    case metrics, health
}

/// Who may use a route.
enum Requirement: Hashable, Sendable {
    /// Anybody.
    case anonymous
    /// Any officer with a session.
    case signedIn
    /// A supervisor; of which centres the handler asks.
    case supervisor
    /// An officer who serves the centre in the path.
    case officerOfCentre
    /// A supervisor who serves the centre in the path.
    case supervisorOfCentre
    /// An officer who serves the centre of the alert in the path.
    case officerOfAlert
    /// An officer who serves the centre of the unit in the path.
    case officerOfUnit
}

/// One line of the table.
struct RouteRule: Hashable, Sendable {
    /// What it does.
    let route: Route
    /// GET, which HEAD counts as, POST, PUT or DELETE.
    let method: HTTPRequest.Method
    /// Words and, in braces, the kinds of ids.
    let path: String
    /// Who may use it.
    let requirement: Requirement
    /// The name of its acts in the audit record.
    let act: AuditEntry.Act

    fileprivate let segments: [Substring]

    init(
        _ route: Route, _ method: HTTPRequest.Method, _ path: String, _ requirement: Requirement,
        act: AuditEntry.Act = .read
    ) {
        self.route = route
        self.method = method
        self.path = path
        self.requirement = requirement
        self.act = act
        segments = path.split(separator: "/", omittingEmptySubsequences: false)
    }

    /// The whole API.
    static let table: [RouteRule] = [
        RouteRule(.signIn, .post, "/v1/sign-in", .anonymous, act: .signIn),
        RouteRule(.signOut, .post, "/v1/sign-out", .signedIn, act: .signOut),
        RouteRule(.me, .get, "/v1/me", .signedIn),
        RouteRule(.centres, .get, "/v1/centres", .signedIn),
        RouteRule(.centreAlerts, .get, "/v1/centres/{centre}/alerts", .officerOfCentre),
        RouteRule(.centreUnits, .get, "/v1/centres/{centre}/units", .officerOfCentre),
        RouteRule(
            .centreState, .put, "/v1/centres/{centre}/state", .supervisorOfCentre, act: .centreState),
        // What is maintained names its centres; the handlers ask for each.
        RouteRule(.maintenance, .get, "/v1/maintenance", .signedIn),
        RouteRule(.beginMaintenance, .post, "/v1/maintenance", .supervisor, act: .maintenance),
        RouteRule(.endMaintenance, .delete, "/v1/maintenance/{maintenance}", .supervisor, act: .maintenance),
        RouteRule(.unitCommands, .get, "/v1/units/{unit}/commands", .officerOfUnit),
        // Some are for supervisors; the handler asks for each.
        RouteRule(.commandUnit, .post, "/v1/units/{unit}/commands", .officerOfUnit, act: .unitCommand),
        // All units are moved; the handlers ask for every centre.
        RouteRule(.drain, .get, "/v1/drain", .supervisor),
        RouteRule(.beginDrain, .put, "/v1/drain", .supervisor, act: .drain),
        RouteRule(.endDrain, .delete, "/v1/drain", .supervisor, act: .drain),
        // The query names its centres; the handler asks the gatekeeper for each.
        RouteRule(.events, .get, "/v1/events", .signedIn),
        RouteRule(.alert, .get, "/v1/alerts/{alert}", .officerOfAlert),
        RouteRule(.act(.claim), .post, "/v1/alerts/{alert}/claim", .officerOfAlert, act: .claim),
        RouteRule(.act(.release), .post, "/v1/alerts/{alert}/release", .officerOfAlert, act: .release),
        RouteRule(.act(.dispatch), .post, "/v1/alerts/{alert}/dispatch", .officerOfAlert, act: .dispatch),
        RouteRule(.act(.arrive), .post, "/v1/alerts/{alert}/arrive", .officerOfAlert, act: .arrive),
        RouteRule(.act(.close), .post, "/v1/alerts/{alert}/close", .officerOfAlert, act: .close),
        RouteRule(.act(.note), .post, "/v1/alerts/{alert}/note", .officerOfAlert, act: .note),
        RouteRule(.act(.transfer), .post, "/v1/alerts/{alert}/transfer", .officerOfAlert, act: .transfer),
        RouteRule(.act(.reRing), .post, "/v1/alerts/{alert}/re-ring", .officerOfAlert, act: .reRing),
        RouteRule(.shown, .post, "/v1/alerts/{alert}/shown", .officerOfAlert),
        RouteRule(.metrics, .get, "/metrics", .signedIn),
        RouteRule(.health, .get, "/healthz", .anonymous),
    ]
}

/// What the table says of a request.
struct RouteMatch: Hashable, Sendable {
    /// The line of the table.
    let rule: RouteRule
    /// The id in the path, whatever it names.
    let id: String?
}

extension RouteRule {
    /// The line for a method and path; HEAD counts as GET.
    ///
    /// - Returns: nil when the table has no such path: then it may be a file.
    /// - Throws: `wrong_method` when the path exists for another method only.
    static func match(_ method: HTTPRequest.Method, _ path: String) throws(Problem) -> RouteMatch? {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        var allowed: [String] = []
        for rule in table {
            guard let match = rule.match(segments) else { continue }
            if rule.method == (method == .head ? .get : method) { return match }
            allowed.append(rule.method == .get ? "GET, HEAD" : rule.method.rawValue)
        }
        if allowed.isEmpty { return nil }
        throw .wrongMethod(allow: allowed.joined(separator: ", "))
    }

    private func match(_ path: [Substring]) -> RouteMatch? {
        guard path.count == segments.count else { return nil }
        var id: String?
        for (wanted, given) in zip(segments, path) {
            if wanted.hasPrefix("{") { id = String(given) } else if wanted != given { return nil }
        }
        return RouteMatch(rule: self, id: id)
    }
}
