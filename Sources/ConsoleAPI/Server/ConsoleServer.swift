// The console API as one service: built, checked, run, stopped.

public import AlertModel
import Hummingbird
public import Logging
import NIOCore
public import ServiceLifecycle
public import Telemetry

/// Serves consoles over HTTPS.
///
/// ```
/// let server = try ConsoleServer(configuration: configuration, backend: backend, feed: feed, counters: counters, logger: log)
/// // in a ServiceGroup, or:
/// async let running: Void = server.run()
/// let port = await server.boundPort()
/// ```
public struct ConsoleServer: Service {
    private let configuration: ConsoleConfiguration
    private let feed: ConsoleFeed
    private let sessions: Sessions
    private let backend: any ConsoleBackend
    private let port: BoundPort
    private let channels: ConsoleChannels
    /// The end of the certificate that was read first.
    public let certificateEndsAt: WallTime
    /// Hummingbird's side; tests talk to it without a socket.
    let application: Application<ConsoleResponder>

    /// Reads certificate, key and the web console's files. Nothing is listened on yet.
    ///
    /// - Parameter sessionStore: where sign-ins outlive the process.
    /// - Throws: ``ConsoleServerError``; the start must fail.
    public init(
        configuration: ConsoleConfiguration, backend: any ConsoleBackend, feed: ConsoleFeed,
        sessionStore: any SessionStore = MemorySessionStore(), counters: Counters, logger: Logger
    ) throws(ConsoleServerError) {
        let limits = configuration.limits
        let (tls, endsAt) = try ConsoleTLS.configuration(of: configuration)
        let channels = ConsoleChannels(tls)
        let files = try ConsoleFiles(directory: configuration.filesDirectory, limits: limits)
        let sessions = Sessions(
            store: sessionStore, lifetime: configuration.sessionLifetime, limits: limits, log: logger)
        let denials = DenialRecord(backend: backend)
        let accounts = Accounts(backend: backend, limits: limits, log: logger)
        let responder = ConsoleResponder(
            gatekeeper: Gatekeeper(sessions: sessions, accounts: accounts, feed: feed, backend: backend),
            signInDesk: SignInDesk(
                backend: backend, sessions: sessions, denials: denials, limits: limits, counters: counters,
                log: logger),
            denials: denials, files: files, counters: counters, deniedCount: DeniedCount(), limits: limits,
            log: logger)
        let port = BoundPort()
        self.configuration = configuration
        self.feed = feed
        self.sessions = sessions
        self.backend = backend
        self.port = port
        self.channels = channels
        certificateEndsAt = endsAt
        application = Application(
            responder: responder, server: ConsoleTLS.server(channels, limits: limits, counters: counters),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                availableConnectionsDelegate: .maximum(limits.connectionsMax, logger: logger)),
            onServerRunning: { channel in port.settle(channel.localAddress?.port ?? 0) },
            logger: logger)
    }

    /// Reads certificate and key again; connections made from here on get them, those that stand go on.
    ///
    /// - Returns: the end of the certificate.
    /// - Throws: ``ConsoleServerError/certificate(file:reason:)``; the one in force stays.
    public func reloadCertificate() throws(ConsoleServerError) -> WallTime {
        let (tls, endsAt) = try ConsoleTLS.configuration(of: configuration)
        do {
            try channels.replace(with: tls)
        } catch {
            throw .certificate(file: configuration.certificateFile, reason: "\(error)")
        }
        return endsAt
    }

    /// The TCP port that is listened on, as soon as it is; nil when the server ended before.
    public func boundPort() async -> Int? { await port.wait() }

    /// Serves until graceful shutdown or cancellation.
    ///
    /// At graceful shutdown event streams end at once and other requests may finish within the limit
    /// `drainWithin`; what is still open then is cut, where TLS grants a peer that does not answer 5 s more.
    ///
    /// - Throws: ``ConsoleServerError/listen(host:port:reason:)``.
    public func run() async throws {
        defer { port.settle(nil) }
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await serve() }
                group.addTask { await beat() }
                group.addTask { await keepHouse() }
                group.addTask { await cutAfterDrain() }
                // Whichever ends first: the server stopped or failed, or the time to drain is over.
                defer { group.cancelAll() }
                try await group.next()
            }
        } onGracefulShutdown: {
            feed.finish()
        }
    }

    private func serve() async throws {
        do {
            try await application.run()
        } catch  where !port.isSettled && !(error is CancellationError) {
            // Not yet listening: the address is wrong, in use or not ours, whatever type says so.
            throw ConsoleServerError.listen(
                host: configuration.host, port: configuration.port, reason: "\(error)")
        }
    }

    /// Signs of life for streams, whatever the session store does meanwhile.
    private func beat() async {
        while (try? await Task.sleep(for: configuration.limits.heartbeatEvery)) != nil { feed.beat() }
    }

    /// An end for sessions that are over.
    private func keepHouse() async {
        // About every ten minutes with the default heartbeat.
        let beatsPerStoreSweep = 60
        var beats = 0
        while (try? await Task.sleep(for: configuration.limits.heartbeatEvery)) != nil {
            // Streams of what has ended find out at their next sign of life.
            if await sessions.sweep(now: backend.steadyNow()) { feed.beat() }
            beats += 1
            if beats.isMultiple(of: beatsPerStoreSweep) { await sessions.sweepStore(now: backend.steadyNow()) }
        }
    }

    private func cutAfterDrain() async {
        guard (try? await gracefulShutdown()) != nil else { return }
        try? await Task.sleep(for: configuration.limits.drainWithin)
    }
}
