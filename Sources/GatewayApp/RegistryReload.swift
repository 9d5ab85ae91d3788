// SIGHUP: certificates and lists first, which take milliseconds (TrustReload.swift), then the registry. A changed
// registry comes into force without a restart: read again, checked as a whole, and what differs
// is journaled like everything else. A bad one is refused, and the one in force stays.

import AlertModel
import History
import LinuxIO
import Logging
import ServiceLifecycle
import Settings
import UnitTransport
import UnixSignals

/// Waits for SIGHUP for as long as the gateway runs.
struct RegistryReloadService: Service, CustomStringConvertible {
    /// What to do at the signal.
    let reload: RegistryReload
    /// What else to do at the signal, before it.
    let trust: TrustReload
    /// SIGHUP, caught from here on.
    let signals: UnixSignalsSequence
    /// Held for as long as the service lives; nil when it could not be.
    let processFile: ProcessFile?

    /// Services are named in the log, and this one holds every unit.
    let description = "RegistryReloadService"

    /// From here on the signal is harmless, and whoever wants to send one finds the process.
    init(_ reload: RegistryReload, _ trust: TrustReload) async {
        self.reload = reload
        self.trust = trust
        signals = await UnixSignalsSequence(trapping: .sighup)
        processFile = reload.holdProcessFile()
    }

    /// Ends with a graceful shutdown.
    func run() async throws {
        var inForce = reload.inForce
        var trusted = trust.inForce
        for await _ in signals.cancelOnGracefulShutdown() {
            trusted = await trust.run(from: trusted)
            // A core that failed takes no more events, and whoever waits for room must not hold up the end.
            let next = try? await cancelWhenGracefulShutdown { [inForce] in try await reload.run(from: inForce) }
            guard let next else { break }
            inForce = next
        }
    }
}

/// Reads the registry again and brings it into force.
struct RegistryReload: Sendable {
    let settings: Settings
    /// What the journal knows at the start.
    let inForce: Registry
    let lane: RegistryLane
    let transport: UnitTransport
    let accounts: Accounts
    let clock: any InstantSource
    let log: Logger

    /// Locks the file by which tools find this process; a gateway without it still serves.
    func holdProcessFile() -> ProcessFile? {
        do throws(Errno) {
            return try ProcessFile(path: settings.statePaths.processFile)
        } catch {
            log.error(
                "process file not written; sosctl cannot tell this gateway of changes",
                metadata: ["file": "\(settings.statePaths.processFile)", "reason": "\(error)"])
            return nil
        }
    }

    /// - Returns: the registry in force afterwards.
    /// - Throws: `CancellationError` while the gateway stops.
    func run(from old: Registry) async throws -> Registry {
        let new: Registry
        do throws(GatewayError) {
            new = try await read()
        } catch {
            log.error(
                "registry refused; the one in force stays",
                metadata: ["registry": "\(settings.registryName)", "reason": "\(error)"])
            await record("refused: \(error)", isAllowed: false)
            return old
        }
        let events = RegistrySync.events(from: old, to: new)
        if events.isEmpty {
            log.notice("registry read again; nothing changed", metadata: ["registry": "\(settings.registryName)"])
            await record("in force: nothing that the dispatcher knows changed", isAllowed: true)
            return new
        }
        transport.replaceReportingTimes(with: new.reportingTimes(otherThan: settings.units.reportingTimeS))
        try await lane.publish(events)
        log.notice(
            "registry changed",
            metadata: [
                "registry": "\(settings.registryName)", "changes": "\(RegistrySync.counts(events).text)",
            ])
        await record(Self.inForce(events), isAllowed: true)
        return new
    }

    /// Reads on a thread of its own: a large file takes seconds, and the tasks' threads must not wait.
    private func read() async throws(GatewayError) -> Registry {
        try await ReadingThread.read("sos-registry") { [settings] () throws(GatewayError) in
            try Registry.load(settings)
        }
    }

    /// Records what changed in the registry while no gateway ran. Blocks the calling thread: for the start.
    static func recordStart(_ changes: [Event], accounts: Accounts, now: WallTime, log: Logger) {
        if changes.isEmpty { return }
        do throws(HistoryError) {
            try accounts.appendNow(entry(inForce(changes) + ", at the start", isAllowed: true, at: now))
        } catch {
            log.critical("audit entry not written", metadata: ["act": "registry", "reason": "\(error)"])
        }
    }

    /// What came into force, for the audit record and for `sosctl`.
    private static func inForce(_ events: [Event]) -> String {
        "in force: \(RegistrySync.counts(events).text)"
    }

    private static func entry(_ detail: String, isAllowed: Bool, at now: WallTime) -> AuditEntry {
        AuditEntry(
            at: now, officer: "sosgatewayd", act: .registry, alert: nil, isAllowed: isAllowed, detail: detail,
            peer: "")
    }

    private func record(_ detail: String, isAllowed: Bool) async {
        do throws(HistoryError) {
            try await accounts.append(Self.entry(detail, isAllowed: isAllowed, at: clock.now().wall))
        } catch {
            log.critical("audit entry not written", metadata: ["act": "registry", "reason": "\(error)"])
        }
    }
}
