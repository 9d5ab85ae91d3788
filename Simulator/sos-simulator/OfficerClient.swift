// A console without a screen: signs in, follows the alerts and acts on them, over the same API as every console.

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import SimulatedField

/// Where a console is and who sits at it.
struct OfficerAccess: Sendable {
    /// Such as `https://127.0.0.1:8443`.
    let base: String
    /// PEM file of the authority that the console's certificate must come from.
    let trustFile: String
    let name: String
    let password: String
}

/// The API said no, or something that it should not.
struct OfficerError: Error, CustomStringConvertible {
    enum Reason: Hashable, Sendable {
        /// Name or password is wrong.
        case signInRefused
        /// The session is gone; the next call signs in again.
        case signedOut
        /// The gateway cannot do it now.
        case unavailable
        /// Any other answer.
        case unexpected
    }
    let reason: Reason
    let description: String

    /// Whether the same call may do better later.
    var isPassing: Bool { reason == .signedOut || reason == .unavailable }
}

/// What the simulator reads of an alert.
struct ConsoleAlert: Decodable, Sendable {
    let id: String
    let unit: String
    let stage: String
    let owner: String?
}

/// What an act came to.
enum ActResult: Hashable, Sendable {
    case done
    /// Refused because of the alert's state; the API's word for why.
    case refused(String)
}

/// An officer at the API. Signs in when it has to; any task may call.
final class OfficerClient: Sendable {
    let access: OfficerAccess
    private let http: HTTPClient
    private let session: OfficerSession

    /// Longer than three of the stream's signs of life; then the connection is dead.
    private static let streamSilence = TimeAmount.seconds(45)
    /// For everything but the stream.
    private static let requestTimeout = TimeAmount.seconds(10)
    /// Between two tries at a gateway that does not answer.
    private static let retryDelay = Duration.milliseconds(250)
    /// A centre's whole list of open alerts.
    private static let bodyBytesMax = 64 << 20

    /// Connects to nothing yet. The caller must ``shutdown()``.
    init(_ access: OfficerAccess) {
        self.access = access
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .file(access.trustFile)
        // A gateway that is writing a stream does not answer our goodbye soon; nobody waits 5 s for that.
        tls.shutdownTimeout = .milliseconds(100)
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, timeout: .init(connect: .seconds(5), read: Self.streamSilence))
        // One connection for the stream, others for acts: the end of one says nothing of the other.
        configuration.httpVersion = .http1Only
        // Whoever calls tries again, and knows the reason at once.
        configuration.connectionPool.retryConnectionEstablishment = false
        http = HTTPClient(configuration: configuration)
        session = OfficerSession(access, http)
    }

    /// Closes every connection. Last call.
    func shutdown() async { try? await http.shutdown() }

    /// Signs in if that was not done yet.
    ///
    /// - Returns: the officer's centres.
    /// - Throws: ``OfficerError``, or the network's error.
    func signIn() async throws -> [String] { try await session.current().centres }

    /// Tries until there is an answer.
    ///
    /// - Throws: what trying again does not help against; the last error when the task is cancelled.
    func insist<Answer>(_ ask: () async throws -> Answer) async throws -> Answer {
        while true {
            do {
                return try await ask()
            } catch let error as OfficerError where !error.isPassing {
                throw error
            } catch let error as DecodingError {
                throw error
            } catch {
                try? await Task.sleep(for: Self.retryDelay)
                if Task.isCancelled { throw error }
            }
        }
    }

    /// The event stream of all the officer's centres; ends when the connection does.
    ///
    /// - Parameter lastEventID: the last event seen; nil to begin now.
    func events(after lastEventID: String? = nil) async throws -> AsyncThrowingStream<ServerSentEvent, any Error> {
        var headers = [("accept", "text/event-stream")]
        if let lastEventID { headers.append(("last-event-id", lastEventID)) }
        let response = try await execute(.GET, "/v1/events", headers: headers, timeout: nil)
        return AsyncThrowingStream { continuation in
            let task = Task {
                var parser = ServerSentEventParser()
                do {
                    for try await chunk in response.body {
                        for event in parser.parse(chunk.readableBytesView) { continuation.yield(event) }
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// Tells that the alert is shown to a person.
    func show(_ alert: String) async throws { _ = try await act(alert, "shown", [:]) }

    /// Takes the alert.
    func claim(_ alert: String) async throws -> ActResult { try await act(alert, "claim", [:]) }

    /// Closes the alert.
    func close(_ alert: String, outcome: String, note: String) async throws -> ActResult {
        try await act(alert, "close", ["outcome": outcome, "note": note])
    }

    /// The alert as the gateway has it; nil when it knows none of this number.
    func alert(_ id: String) async throws -> ConsoleAlert? {
        let response = try await execute(.GET, "/v1/alerts/\(id)", accepting: [.notFound])
        guard response.status == .ok else { return nil }
        return try await decode(response)
    }

    /// The open alerts of a centre.
    func openAlerts(of centre: String) async throws -> [ConsoleAlert] {
        struct List: Decodable { let alerts: [ConsoleAlert] }
        let list: List = try await decode(try await execute(.GET, "/v1/centres/\(centre)/alerts"))
        return list.alerts
    }

    private func act(_ alert: String, _ verb: String, _ body: [String: String]) async throws -> ActResult {
        struct Refusal: Decodable { let reason: String }
        let response = try await execute(
            .POST, "/v1/alerts/\(alert)/\(verb)", headers: [("content-type", "application/json")],
            body: try JSONEncoder().encode(body), accepting: [.conflict])
        if response.status == .conflict {
            let refusal: Refusal = try await decode(response)
            return .refused(refusal.reason)
        }
        _ = try await response.body.collect(upTo: Self.bodyBytesMax)
        return .done
    }

    private func decode<Value: Decodable>(_ response: HTTPClientResponse) async throws -> Value {
        let body = try await response.body.collect(upTo: Self.bodyBytesMax)
        return try JSONDecoder().decode(Value.self, from: Data(body.readableBytesView))
    }

    private func execute(
        _ method: HTTPMethod, _ path: String, headers: [(String, String)] = [], body: Data? = nil,
        accepting accepted: [HTTPResponseStatus] = [], timeout: TimeAmount? = requestTimeout
    ) async throws -> HTTPClientResponse {
        let ticket = try await session.current()
        var request = HTTPClientRequest(url: access.base + path)
        request.method = method
        request.headers.add(name: "cookie", value: ticket.cookie)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(body) }
        let deadline = timeout.map { NIODeadline.now() + $0 } ?? .distantFuture
        let response = try await http.execute(request, deadline: deadline)
        if (200..<300).contains(response.status.code) || accepted.contains(response.status) { return response }
        if response.status == .unauthorized { await session.forget(ticket) }
        throw await OfficerError("\(method) \(path)", response)
    }
}

extension OfficerError {
    /// An answer that is no success, with what its problem object says.
    init(_ call: String, _ response: HTTPClientResponse, isSignIn: Bool = false) async {
        let body = try? await response.body.collect(upTo: 65_536)
        let text = body.map { String(decoding: $0.readableBytesView, as: UTF8.self) } ?? ""
        switch response.status.code {
        case 401: reason = isSignIn ? .signInRefused : .signedOut
        case 429, 502, 503, 504: reason = .unavailable
        default: reason = .unexpected
        }
        description = "\(call): HTTP \(response.status.code) \(text)"
    }
}
