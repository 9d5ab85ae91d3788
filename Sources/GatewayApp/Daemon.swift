// Composition: from settings to a running process. The only place that knows every part.

import AlertDispatch
import AlertModel
import ConsoleAPI
import EventRing
import History
import Journal
import JournalFiles
import LinuxIO
public import Logging
import ServiceLifecycle
public import Settings
import SystemdSupport
import Telemetry
import UnitTransport
import UnixSignals

/// A whole gateway process.
public struct Daemon: Sendable {
    private let gateway: Gateway
    private let console: ConsoleServer
    private let registry: RegistryReload
    private let trust: TrustReload
    private let tickets: TicketKeeper
    private let log: Logger

    /// Runs until SIGTERM, SIGINT or a failure; then both sides stop in order.
    ///
    /// - Throws: ``GatewayError``.
    public func run() async throws {
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: gateway, failureTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: console, failureTerminationBehavior: .gracefullyShutdownGroup),
                    .init(
                        service: await RegistryReloadService(registry, trust), successTerminationBehavior: .ignore),
                    .init(service: tickets, successTerminationBehavior: .ignore),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: log))
        do {
            try await group.run()
        } catch let error as ConsoleServerError {
            throw GatewayError(.unavailable, "\(error)")
        }
    }
}

extension Daemon {
    /// Opens everything that can fail: certificates, databases, ports, journal. Nobody is served yet.
    ///
    /// - Throws: ``GatewayError`` with one clear line and an exit code.
    public init(settings: Settings, registry: Registry, log: Logger) throws(GatewayError) {
        Sockets.ignoreBrokenPipeSignal()
        let clock = SystemClock()
        let counters = Counters()
        let stores = try Stores(paths: settings.statePaths)
        let copies = ListCopies(directory: settings.statePaths.revocationsDirectory)
        let start = try TrustStart(settings.units, copies: copies, now: clock.now().wall, log: log)
        let tickets = try TicketKeeper(settings, clock: clock, log: log)
        let listener = try Listeners.units(settings.units.listen)
        let feed = ConsoleFeed(counters: counters)
        let history = try HistoryKeeper(history: stores.history, log: log)
        var replay = try Replay.run(
            journalDirectory: settings.statePaths.journalDirectory, limits: JournalLimits(settings.journal),
            feed: feed, history: history,
            counters: counters, log: log)
        let changes = try replay.takeOver(
            registry: registry,
            started: GatewayStarted(defaultCentre: settings.defaultCentre, supervision: settings.supervision),
            feed: feed, history: history, now: clock.now(), log: log)
        RegistryReload.recordStart(changes, accounts: stores.accounts, now: clock.now().wall, log: log)
        let path: AlertPath
        let dates = TrustDates()
        let archivist: Archivist
        let unitsPort: UInt16
        do throws(Errno) {
            unitsPort = try Sockets.localPort(of: listener)
            archivist = try Archivist(
                settings: settings, stores: stores, counters: counters, clock: clock, log: log)
            path = try AlertPath(
                replay: replay, feed: feed, history: history, listener: listener, trust: start.trust,
                tickets: tickets.keys, dates: dates,
                settings: settings.units,
                reportingTimes: registry.reportingTimes(otherThan: settings.units.reportingTimeS),
                counters: counters, clock: clock, log: log)
        } catch {
            throw GatewayError(.unavailable, "the system gave no descriptor or memory: \(error)")
        }
        let console = try Self.consoleServer(
            settings.console,
            backend: GatewayBackend(
                desk: path.desk, accounts: stores.accounts, transport: path.transport, clock: clock, log: log),
            feed: feed, sessions: AccountSessions(accounts: stores.accounts, clock: clock), counters: counters,
            log: log)
        gateway = Gateway(
            settings: settings, transport: path.transport, agents: path.agents, archivist: archivist,
            desk: path.desk, failure: path.failure, unitsPort: unitsPort,
            consolePort: { await console.boundPort() },
            notifier: ServiceNotifier(), log: log)
        self.console = console
        self.registry = RegistryReload(
            settings: settings, inForce: registry, lane: path.registryLane, transport: path.transport,
            accounts: stores.accounts, clock: clock, log: log)
        self.trust = TrustReload(
            settings: settings, inForce: start.trust, transport: path.transport, console: console, dates: dates,
            copies: copies, accounts: stores.accounts, clock: clock, log: log)
        dates.begin(start, settings, console: console.certificateEndsAt)
        self.tickets = tickets
        self.log = log
    }
}

extension Daemon {
    private static func consoleServer(
        _ settings: ConsoleSettings, backend: GatewayBackend, feed: ConsoleFeed, sessions: AccountSessions,
        counters: Counters, log: Logger
    ) throws(GatewayError) -> ConsoleServer {
        do throws(ConsoleServerError) {
            var limits = ConsoleLimits()
            limits.connectionsPerAddressMax = settings.connectionsPerAddressMax
            return try ConsoleServer(
                configuration: ConsoleConfiguration(
                    host: settings.listen.host, port: Int(settings.listen.port),
                    certificateFile: settings.certificateFile, keyFile: settings.keyFile,
                    filesDirectory: settings.filesDirectory, sessionLifetime: settings.sessionLifetime,
                    limits: limits),
                backend: backend, feed: feed, sessionStore: sessions, counters: counters, logger: log)
        } catch {
            throw GatewayError(.configuration, "\(error)")
        }
    }
}
