// What each route does once its caller was let in: reading and signing in. Acts on alerts are beside it.

import AlertModel
import Hummingbird
import NIOCore
import Telemetry

extension ConsoleResponder {
    /// Does what the route says.
    ///
    /// - Throws: ``Problem``.
    func handle(_ call: ConsoleCall) async throws -> Response {
        switch call.match.rule.route {
        case .signIn: try await signIn(call)
        case .signOut: try await signOut(call)
        case .me: .json(JSONWriter.value(try call.officer()))
        case .centres: centres(of: try call.officer())
        case .centreAlerts: alerts(of: try call.centre())
        case .centreUnits: units(of: try call.centre())
        case .centreState: try await setState(call)
        case .maintenance: maintenance(of: try call.officer())
        case .beginMaintenance: try await beginMaintenance(call)
        case .endMaintenance: try await endMaintenance(call)
        case .unitCommands: commands(of: try call.unit())
        case .commandUnit: try await commandUnit(call)
        case .drain: drain()
        case .beginDrain: try await beginDrain(call)
        case .endDrain: try await endDrain(call)
        case .alert: .json(try call.alert().json)
        case .act(let action): try await act(action, call)
        case .shown: try await shown(call)
        case .events: try events(call)
        case .metrics: metrics()
        case .health: Response(status: .ok, headers: [.contentType: "text/plain"], body: .text("ok"))
        }
    }

    private func signIn(_ call: ConsoleCall) async throws -> Response {
        let body = try StrictBody(call.body, keys: ["officer", "password"])
        let name = try body.required("officer")
        let password = try body.required("password")
        // A browser that signs in again drops its old session.
        let old = call.request.cookies[Gatekeeper.cookieName].flatMap { TokenHash(token: $0.value) }
        let (account, token) = try await signInDesk.signIn(name: name, password: password, peer: call.peer)
        if let old { await gatekeeper.sessions.close(old) }
        var response = Response.json(JSONWriter.value(account))
        response.headers[.setCookie] =
            "\(Gatekeeper.cookieName)=\(token); Secure; HttpOnly; SameSite=Strict; Path=/"
        return response
    }

    private func signOut(_ call: ConsoleCall) async throws -> Response {
        _ = try StrictBody(call.body, keys: [])
        let officer = try call.officer()
        if let session = call.admission.session { await gatekeeper.sessions.close(session) }
        await backend.audit(
            AuditEntry(
                at: backend.now(), officer: officer.id.description, act: .signOut, alert: nil, isAllowed: true,
                detail: "signed out", peer: call.peer))
        return Response(
            status: .noContent,
            headers: [
                .setCookie: "\(Gatekeeper.cookieName)=; Max-Age=0; Secure; HttpOnly; SameSite=Strict; Path=/"
            ])
    }

    private func centres(of officer: OfficerAccount) -> Response {
        .json(
            JSONWriter.array { json in
                for centre in officer.centres.sorted().compactMap(feed.centre) { json.centre(centre) }
            })
    }

    private func alerts(of centre: CentreID) -> Response {
        let (sequence, alerts) = feed.openAlerts(of: centre)
        return .json(
            JSONWriter.object { json in
                json.field("sequence", sequence)
                json.array("alerts") { json in
                    for alert in alerts { json.alert(alert) }
                }
            })
    }

    private func units(of centre: CentreID) -> Response {
        let (sequence, units) = feed.units(of: centre)
        return .json(
            JSONWriter.object { json in
                json.field("sequence", sequence)
                json.array("units") { json in
                    for unit in units { json.unit(UnitView(status: unit, isRemoved: false)) }
                }
            })
    }

    private func metrics() -> Response {
        let denied = "sosgateway_console_requests_denied_total"
        let streams = "sosgateway_console_streams_open"
        let text =
            counters.prometheusText() + "# TYPE \(denied) counter\n\(denied) \(deniedCount.value)\n"
            + "# TYPE \(streams) gauge\n\(streams) \(feed.subscriberCount)\n"
        return Response(
            status: .ok,
            headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8", .cacheControl: "no-store"],
            body: .text(text))
    }
}

extension JSONWriter {
    /// The account object of `/v1/me`.
    static func value(_ account: OfficerAccount) -> ByteBuffer {
        var writer = JSONWriter()
        writer.officer(account)
        return writer.buffer
    }
}

extension Response {
    /// 200 with a JSON body.
    static func json(_ body: ByteBuffer) -> Response {
        Response(status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: body))
    }
}

extension ResponseBody {
    /// A body of one text.
    static func text(_ text: String) -> ResponseBody { ResponseBody(byteBuffer: ByteBuffer(string: text)) }
}
