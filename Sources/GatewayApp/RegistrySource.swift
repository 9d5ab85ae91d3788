// Where centres, areas and units come from: the file that the configuration names, or the database.

import AlertModel
import History
public import Settings

extension Registry {
    /// Reads the registry that rules by this configuration, and checks the configuration against it.
    ///
    /// Blocks the calling thread: for 200,000 units some seconds.
    /// - Throws: ``GatewayError`` with everything that is wrong, each with file and line where there is one.
    public static func load(_ settings: Settings) throws(GatewayError) -> Registry {
        let registry: Registry
        if let file = settings.registryFile {
            do throws(SettingsError) {
                registry = try Registry.load(path: file, reportingTimeS: settings.units.reportingTimeS)
            } catch {
                throw GatewayError(.configuration, "\(error)")
            }
        } else {
            registry = try loadDatabase(settings)
        }
        do throws(SettingsError) {
            try settings.check(registry)
        } catch {
            throw GatewayError(.configuration, "\(error)")
        }
        return registry
    }

    private static func loadDatabase(_ settings: Settings) throws(GatewayError) -> Registry {
        do throws(HistoryError) {
            let store = try RegistryStore(path: settings.statePaths.registryDatabase)
            let records = try store.records(reportingTimeS: settings.units.reportingTimeS)
            return Registry(
                centres: records.centres, policies: records.policies, profiles: records.profiles,
                areas: records.areas, units: records.units)
        } catch {
            throw GatewayError(error.reason == .permission ? .noPermission : .inputOutput, "\(error)")
        }
    }
}
