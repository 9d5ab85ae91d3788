// sosctl check

import AlertModel
import ArgumentParser
import LinuxIO
import Settings
import UnitTransport

/// Says whether the daemon would take its configuration, before it is restarted.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks configuration, registry and the files they name.",
        discussion: "Prints every problem with file, line and column, and exits with 78 when there is one.")

    @OptionGroup var site: ConfigurationOption

    func run() throws {
        let (settings, registry) = try site.load()
        do {
            try settings.checkFiles()
        } catch {
            throw failure(error)
        }
        let (trust, overdue) = try readTrust(settings)
        let units = Dictionary(grouping: registry.units, by: \.centre).mapValues(\.count)
        print("\(site.config): good")
        print("  units     \(settings.units.listen)")
        print("  console   \(settings.console.listen)")
        print("  trust     \(trust.summary)")
        print("  state     \(settings.stateDirectory)")
        print(
            "  registry  \(settings.registryName): \(registry.centres.count) centres, \(registry.units.count) units"
        )
        for centre in registry.centres {
            let mark = centre.id == settings.defaultCentre ? "  (default)" : ""
            print("    \(centre.id)  \(units[centre.id] ?? 0) units  \(centre.name)\(mark)")
        }
        for line in overdue { print("warning: \(line); the last one holds on") }
    }

    /// Reads certificates, authorities and revocation lists as the gateway does.
    ///
    /// - Returns: what it would trust, and the lists that are overdue where it serves all the same.
    private func readTrust(_ settings: Settings) throws -> (Trust, overdue: [String]) {
        let now = SystemClock().now().wall
        let trust: Trust
        do throws(TLSError) {
            trust = try Trust(TrustFiles(settings.units), now: now)
        } catch {
            throw failure(.configuration, "\(error)")
        }
        let overdue = trust.overdue(at: now)
        guard settings.units.tls.overdue == .refuse, !overdue.isEmpty else { return (trust, overdue) }
        throw failure(.configuration, overdue.joined(separator: "\n"))
    }
}

extension TrustFiles {
    /// What the configuration says of the units' side.
    fileprivate init(_ settings: UnitSettings) {
        self.init(
            identity: TLSIdentity(
                certificateFile: settings.certificateFile, keyFile: settings.keyFile,
                trustFile: settings.clientCAFile),
            revocationLists: settings.tls.revocationLists,
            minimum: settings.tls.minimum == .tls12 ? .tls12 : .tls13,
            refusesWithoutList: settings.tls.overdue == .refuse)
    }
}
