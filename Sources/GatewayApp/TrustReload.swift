// Certificates, authorities and revocation lists come into force without a restart and without dropping a link: read again
// at SIGHUP, each side checked as a whole. A bad file is named, and what was in force stays.

import AlertModel
import ConsoleAPI
import History
import LinuxIO
import Logging
import Settings
import UnitTransport

/// Reads again what decides whom the gateway trusts, and by what it is trusted.
struct TrustReload: Sendable {
    let settings: Settings
    /// What was read at the start.
    let inForce: Trust
    let transport: UnitTransport
    let console: ConsoleServer
    let dates: TrustDates
    let copies: ListCopies
    let accounts: Accounts
    let clock: any InstantSource
    let log: Logger

    /// Keeps the lists in force for a start at which the files are bad. Without copies the gateway serves all the same.
    static func save(_ trust: Trust, to copies: ListCopies, log: Logger) {
        do throws(Errno) {
            try copies.save(trust.listBytes)
        } catch {
            log.error(
                "revocation lists not copied; a start with bad ones will fail",
                metadata: ["directory": "\(copies.directory)", "reason": "\(error)"])
        }
    }

    /// The units' side first: a list that turns somebody out does not wait, and does not fail, for the console's files.
    ///
    /// - Returns: what is in force on the units' side afterwards.
    func run(from old: Trust) async -> Trust {
        let trust = await runUnits(from: old)
        await runConsole()
        return trust
    }

    private func runUnits(from old: Trust) async -> Trust {
        let new: Trust
        do throws(GatewayError) {
            new = try await ReadingThread.read("sos-trust") { [self] () throws(GatewayError) in
                try Self.read(settings, after: old, now: clock.now().wall)
            }
        } catch {
            log.error("trust refused; what is in force stays", metadata: ["reason": "\(error)"])
            await record("units: refused: \(error)", isAllowed: false)
            return old
        }
        transport.replaceTrust(with: new)
        dates.replace(with: TrustDates.of(new, settings.units))
        // A reload for the registry alone is no line in the audit record.
        if new.isSame(as: old) {
            log.info("trust read again; nothing changed", metadata: ["trust": "\(new.summary)"])
        } else {
            log.notice("trust changed", metadata: ["trust": "\(new.summary)"])
            // Behind its coming into force, which waits for no disk, and before anybody is told that it is done.
            _ = try? await ReadingThread.read("sos-trust") { [copies, log] in Self.save(new, to: copies, log: log)
            }
            await record("units: in force: \(new.summary)", isAllowed: true)
        }
        return new
    }

    private func runConsole() async {
        do throws(GatewayError) {
            let endsAt = try await ReadingThread.read("sos-trust") { [console] () throws(GatewayError) in
                do throws(ConsoleServerError) {
                    return try console.reloadCertificate()
                } catch {
                    throw GatewayError(.configuration, "\(error)")
                }
            }
            dates.replace(console: endsAt, file: settings.console.certificateFile)
        } catch {
            log.error("console certificate refused; the one in force stays", metadata: ["reason": "\(error)"])
            await record("console: refused: \(error)", isAllowed: false)
        }
    }

    /// Reads the unit side's files, and looks whether the key is still private.
    private static func read(_ settings: Settings, after old: Trust, now: WallTime) throws(GatewayError) -> Trust {
        do throws(SettingsError) {
            try settings.checkUnitFiles()
        } catch {
            throw GatewayError(.configuration, "\(error)")
        }
        do throws(TLSError) {
            return try Trust(TrustFiles(settings.units), after: old, now: now)
        } catch {
            throw GatewayError(.configuration, "\(error)")
        }
    }

    private func record(_ detail: String, isAllowed: Bool) async {
        let entry = AuditEntry(
            at: clock.now().wall, officer: "sosgatewayd", act: .trust, alert: nil, isAllowed: isAllowed,
            detail: detail, peer: "")
        do throws(HistoryError) {
            try await accounts.append(entry)
        } catch {
            log.critical("audit entry not written", metadata: ["act": "trust", "reason": "\(error)"])
        }
    }
}

extension TrustFiles {
    /// What the configuration says of the units' side.
    init(_ settings: UnitSettings) {
        self.init(
            identity: TLSIdentity(
                certificateFile: settings.certificateFile, keyFile: settings.keyFile,
                trustFile: settings.clientCAFile),
            revocationLists: settings.tls.revocationLists,
            minimum: settings.tls.minimum == .tls12 ? .tls12 : .tls13,
            refusesWithoutList: settings.tls.overdue == .refuse)
    }
}
