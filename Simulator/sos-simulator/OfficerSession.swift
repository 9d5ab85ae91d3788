// The officer's session cookie: made when first needed, made anew when the gateway does not know it any more.

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// One session at a time, however many tasks ask for it.
actor OfficerSession {
    /// What a request needs to be let in.
    struct Ticket: Hashable, Sendable {
        let cookie: String
        let centres: [String]
    }

    private let access: OfficerAccess
    private let http: HTTPClient
    private var signingIn: Task<Ticket, any Error>?

    init(_ access: OfficerAccess, _ http: HTTPClient) {
        self.access = access
        self.http = http
    }

    /// The present session, or a new one.
    ///
    /// - Throws: ``OfficerError``, or the network's error; the next call tries again.
    func current() async throws -> Ticket {
        let task = signingIn ?? Task { [access, http] in try await Self.signIn(access, http) }
        signingIn = task
        do {
            return try await task.value
        } catch {
            if signingIn == task { signingIn = nil }
            throw error
        }
    }

    /// Drops a session that was refused, unless there is a newer one.
    func forget(_ ticket: Ticket) async {
        guard let task = signingIn, let present = try? await task.value, present == ticket else { return }
        if signingIn == task { signingIn = nil }
    }

    private static func signIn(_ access: OfficerAccess, _ http: HTTPClient) async throws -> Ticket {
        struct Account: Decodable { let centres: [String] }
        var request = HTTPClientRequest(url: access.base + "/v1/sign-in")
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(try JSONEncoder().encode(["officer": access.name, "password": access.password]))
        let response = try await http.execute(request, timeout: .seconds(10))
        guard response.status == .ok else {
            throw await OfficerError("sign-in as \(access.name)", response, isSignIn: true)
        }
        guard let cookie = response.headers["set-cookie"].first?.split(separator: ";").first else {
            throw OfficerError(reason: .unexpected, description: "sign-in as \(access.name): no cookie came back")
        }
        let body = try await response.body.collect(upTo: 65_536)
        let account = try JSONDecoder().decode(Account.self, from: Data(body.readableBytesView))
        return Ticket(cookie: String(cookie), centres: account.centres)
    }
}
