// What every command begins with: the configuration and the registry that it names.

import ArgumentParser
import Foundation
import History
import Settings

/// The option that names the configuration.
struct ConfigurationOption: ParsableArguments {
    @Option(name: .long, help: "The gateway's configuration file.")
    var config = "/etc/sosgateway/sosgatewayd.yaml"

    /// Reads and checks configuration and registry.
    ///
    /// - Throws: an exit code, after saying everything that is wrong.
    func load() throws -> (settings: Settings, registry: Registry) {
        do {
            let settings = try Settings.load(path: config)
            let registry = try Registry.load(
                path: settings.registryFile, reportingTimeS: settings.units.reportingTimeS)
            try settings.check(registry)
            return (settings, registry)
        } catch {
            throw failure(error)
        }
    }

    /// Opens the accounts, and makes the state directory and the file when they are not there.
    ///
    /// - Throws: an exit code, after saying what is wrong.
    func openAccounts(_ settings: Settings) throws -> Accounts {
        do {
            try settings.makeStateDirectory()
            return try Accounts(path: settings.statePaths.accountsDatabase)
        } catch {
            throw failure(error)
        }
    }
}
