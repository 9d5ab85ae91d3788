// The threads' side of the daemon as one service: started, announced, watched, stopped.

import AlertModel
import ConsoleAPI
import EventRing
import History
import JournalFiles
import LinuxIO
import Logging
import ServiceLifecycle
import Settings
import SystemdSupport
import Telemetry
import UnitTransport

/// The side of the gateway that is threads: units, journal, dispatcher, feed. The consoles' side is
/// ``ConsoleServer``; ``Daemon`` joins both.
struct Gateway: Service {
    let settings: Settings
    let transport: UnitTransport
    let agents: Agents
    let archivist: Archivist
    let desk: CommandDesk
    let failure: Failure
    let unitsPort: UInt16
    /// Resumes once consoles can connect, with their port.
    let consolePort: @Sendable () async -> Int?
    let notifier: ServiceNotifier
    let log: Logger

    /// Serves until a graceful shutdown or a failure.
    ///
    /// - Throws: ``GatewayError`` when an agent failed.
    func run() async throws {
        try start()
        let watchdog = Watchdog(
            notifier: notifier,
            turns: { [agents, transport] in agents.turns + [transport.handshakeTurns, transport.sessionTurns] },
            log: log)
        let failed = await withTaskGroup(of: GatewayError?.self) { group in
            group.addTask {
                await watchdog.run()
                return nil
            }
            group.addTask {
                await announce()
                return nil
            }
            let failed = await withGracefulShutdownHandler {
                await failure.wait()
            } onGracefulShutdown: {
                failure.finish()
            }
            group.cancelAll()
            return failed
        }
        _ = notifier.stopping(status: "working off what was received")
        stop(isStoring: failed == nil)
        if let failed { throw failed }
    }

    private func start() throws(GatewayError) {
        do throws(Errno) {
            try agents.start()
            try transport.start()
            try archivist.start()
        } catch {
            throw GatewayError(.unavailable, "threads could not be started: \(error)")
        }
    }

    /// Tries for some seconds: a file system may be full for the moment in which a journal segment is made ahead.
    private func writeEndpoints(_ text: String) async {
        var failure: Errno?
        for _ in 0..<20 {
            do throws(Errno) {
                return try Files.replace(settings.statePaths.endpointsFile, with: Array(text.utf8), mode: 0o644)
            } catch {
                failure = error
            }
            guard (try? await Task.sleep(for: .milliseconds(250))) != nil else { break }
        }
        guard let failure else { return }
        log.error("endpoints file not written", metadata: ["reason": "\(failure)"])
    }

    /// Says that units and consoles can connect, to systemd and to whoever reads the endpoints file.
    private func announce() async {
        guard let port = await consolePort(), let consolePort = UInt16(exactly: port) else { return }
        let units = ListenAddress(host: settings.units.listen.host, port: unitsPort)
        let console = ListenAddress(host: settings.console.listen.host, port: consolePort)
        let text = "{\"units\": \"\(units)\", \"console\": \"\(console)\"}\n"
        await writeEndpoints(text)
        _ = notifier.ready(status: "units on \(units), consoles on \(console)")
        log.notice("ready", metadata: ["units": "\(units)", "console": "\(console)"])
    }

    /// Units first, then what they sent is worked off agent by agent, so that what was acknowledged is
    /// applied and what was applied is in the history.
    ///
    /// - Parameter isStoring: false after the journal failed: units are told why before they are let go.
    private func stop(isStoring: Bool) {
        log.notice("stopping")
        transport.stop(isStoring: isStoring)
        desk.stop()
        agents.stop()
        archivist.stop()
        log.notice("stopped")
    }
}
