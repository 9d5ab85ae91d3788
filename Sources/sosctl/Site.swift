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
            let registry = try registry(of: settings)
            try settings.check(registry)
            return (settings, registry)
        } catch {
            throw failure(error)
        }
    }

    /// Reads and checks the configuration alone.
    ///
    /// - Throws: an exit code, after saying everything that is wrong.
    func loadSettings() throws -> Settings {
        do {
            return try Settings.load(path: config)
        } catch {
            throw failure(error)
        }
    }

    /// The registry that rules: the file, or the database; an empty one when that is not made yet.
    private func registry(of settings: Settings) throws -> Registry {
        if let file = settings.registryFile {
            return try Registry.load(path: file, reportingTimeS: settings.units.reportingTimeS)
        }
        let path = settings.statePaths.registryDatabase
        guard FileManager.default.fileExists(atPath: path) else { return Registry(centres: [], units: []) }
        let records = try RegistryStore(path: path).records(reportingTimeS: settings.units.reportingTimeS)
        return Registry(
            centres: records.centres, policies: records.policies, areas: records.areas, units: records.units)
    }

    /// Opens the registry's database, and makes the state directory and the file when they are not there.
    ///
    /// - Throws: an exit code, after saying what is wrong.
    func openRegistry(_ settings: Settings) throws -> RegistryStore {
        do {
            try settings.makeStateDirectory()
            return try RegistryStore(path: settings.statePaths.registryDatabase)
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
