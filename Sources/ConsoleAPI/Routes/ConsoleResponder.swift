// The way of a request: body, table, cross-site check, gatekeeper, handler; then headers, whatever happened.

import AlertModel
import Hummingbird
import Logging
import NIOCore
import Synchronization
import Telemetry

/// Answers every request of the console port. Never throws: what goes wrong becomes a problem document.
struct ConsoleResponder: HTTPResponder {
    typealias Context = ConsoleContext

    let gatekeeper: Gatekeeper
    let signInDesk: SignInDesk
    let denials: DenialRecord
    let files: ConsoleFiles
    let counters: Counters
    let deniedCount: DeniedCount
    let limits: ConsoleLimits
    let log: Logger

    var feed: ConsoleFeed { gatekeeper.feed }
    var backend: any ConsoleBackend { gatekeeper.backend }

    func respond(to request: Request, context: ConsoleContext) async -> Response {
        // Of every request, also of one that is refused or needs no body: what is left unread, the server would
        // wait for without end.
        let body = await body(of: request)
        let response = await respond(to: request, body: body, peer: context.peer, loop: context.executor)
        if case .failure = body { context.closeSoon() }
        return response
    }

    /// The answer to a request from the address `peer`, whose body was read or not.
    ///
    /// - Parameter loop: of the connection; nil where there is no socket.
    func respond(
        to request: Request, body: Result<ByteBuffer, any Error>, peer: String, loop: LoopExecutor? = nil
    ) async -> Response {
        var response = await answer(request, body: body, peer: peer, loop: loop)
        response.secure(isAPI: request.uri.path.hasPrefix("/v1"))
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(
        _ request: Request, body: Result<ByteBuffer, any Error>, peer: String, loop: LoopExecutor?
    ) async -> Response {
        var match: RouteMatch?
        do {
            match = try RouteRule.match(request.method, request.uri.path)
            guard let match else {
                _ = try body.get()
                return try files.response(to: request)
            }
            if match.rule.method != .get { try CrossSiteCheck.check(request) }
            let admission = try await gatekeeper.admit(request, to: match)
            let call = ConsoleCall(
                request: request, match: match, admission: admission, body: try body.get(), peer: peer,
                loop: loop)
            return try await handle(call)
        } catch let problem as Problem {
            if problem.isDenial, let match { await deny(request, match: match, problem: problem, peer: peer) }
            return problem.response
        } catch {
            log.error("request failed", metadata: ["path": "\(request.uri.path)", "reason": "\(error)"])
            return Problem.internalError.response
        }
    }

    /// The whole body, in time; otherwise `body_too_large`, `body_too_slow`, or how the connection broke.
    private func body(of request: Request) async -> Result<ByteBuffer, any Error> {
        await withTaskGroup(of: Result<ByteBuffer, any Error>.self) { group in
            group.addTask {
                do {
                    return .success(try await request.body.collect(upTo: limits.bodyBytesMax))
                } catch is NIOTooManyBytesError {
                    return .failure(Problem.bodyTooLarge(bytesMax: limits.bodyBytesMax))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                try? await Task.sleep(for: limits.bodyWithin)
                return .failure(Problem.bodyTooSlow(seconds: limits.bodyWithin.components.seconds))
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(CancellationError())
        }
    }

    private func deny(_ request: Request, match: RouteMatch, problem: Problem, peer: String) async {
        deniedCount.add()
        let officer = try? await gatekeeper.identify(request).0.id.description
        let alert = match.rule.requirement == .officerOfAlert ? match.id.flatMap(AlertID.init(text:)) : nil
        await denials.write(
            officer: officer ?? "", act: match.rule.act, alert: alert,
            detail: "\(problem.reason): \(match.rule.method) \(match.rule.path) \(match.id?.prefix(64) ?? "")",
            peer: peer)
    }
}

/// Requests denied since the start.
final class DeniedCount: Sendable {
    private let count = Atomic<UInt64>(0)

    // relaxed: a figure for people, nothing is ordered by it.
    func add() { count.wrappingAdd(1, ordering: .relaxed) }
    var value: UInt64 { count.load(ordering: .relaxed) }
}

/// A request that was let in.
struct ConsoleCall: Sendable {
    /// The request; its body is read already and stands in `body`.
    let request: Request
    /// Its route.
    let match: RouteMatch
    /// What the gatekeeper found.
    let admission: Admission
    /// Its body; only those who change something look at it.
    let body: ByteBuffer
    /// The address it came from.
    let peer: String
    /// The thread that writes its connection; nil where there is no socket.
    let loop: LoopExecutor?

    /// The officer; only an anonymous route has none.
    ///
    /// - Throws: `not_signed_in`.
    func officer() throws(Problem) -> OfficerAccount {
        guard let officer = admission.officer else { throw .notSignedIn }
        return officer
    }

    /// The alert in the path.
    ///
    /// - Throws: `alert_unknown`.
    func alert() throws(Problem) -> AlertView {
        guard let alert = admission.alert else { throw .alertUnknown }
        return alert
    }

    /// The centre in the path.
    ///
    /// - Throws: `not_your_centre`.
    func centre() throws(Problem) -> CentreID {
        guard let centre = admission.centre else { throw .notYourCentre }
        return centre
    }

    /// The unit in the path.
    ///
    /// - Throws: `unit_unknown`.
    func unit() throws(Problem) -> UnitID {
        guard let unit = admission.unit else { throw .unitUnknown }
        return unit
    }
}
