// The console port's certificate in force, replaced without dropping a connection, and how many connections an address has.

import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import NIOSSL
import Synchronization

/// Gives each new connection the certificate in force. Any thread; the lock is held for a copy of a few references.
final class ConsoleChannels: Sendable {
    typealias Make = @Sendable (TLSConfiguration) throws -> HTTP2UpgradeChannel

    private struct State {
        var tls: TLSConfiguration
        /// What connections are set up by; nil before the server runs.
        var channel: HTTP2UpgradeChannel?
        var make: Make?
    }

    private let state: Mutex<State>

    init(_ tls: TLSConfiguration) { state = Mutex(State(tls: tls)) }

    /// Begins to serve: `make` turns a certificate into what connections are set up by.
    func begin(_ make: @escaping Make) throws {
        try state.withLock { state in
            state.channel = try make(state.tls)
            state.make = make
        }
    }

    /// New connections get this certificate; those that stand keep theirs.
    func replace(with tls: TLSConfiguration) throws {
        try state.withLock { state in
            if let make = state.make { state.channel = try make(tls) }
            state.tls = tls
        }
    }

    /// What a connection is set up by.
    var channel: HTTP2UpgradeChannel {
        state.withLock { state in
            guard let channel = state.channel else { preconditionFailure("connections come after begin") }
            return channel
        }
    }
}

/// Counts connections by source address, so that one address cannot take every place.
final class ConnectionsByAddress: Sendable {
    private let limit: Int
    private let counts = Mutex<[String: Int]>([:])

    /// - Parameter limit: of one address.
    init(limit: Int) { self.limit = limit }

    /// - Returns: whether the address may have one more; then ``leave(_:)`` must follow.
    func enter(_ address: String) -> Bool {
        counts.withLock { counts in
            let here = counts[address] ?? 0
            guard here < limit else { return false }
            counts[address] = here + 1
            return true
        }
    }

    /// One that entered is gone.
    func leave(_ address: String) {
        counts.withLock { counts in
            guard let here = counts[address] else { return }
            counts[address] = here > 1 ? here - 1 : nil
        }
    }
}
