// sosctl check

import AlertModel
import ArgumentParser
import Settings

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
        let units = Dictionary(grouping: registry.units, by: \.centre).mapValues(\.count)
        print("\(site.config): good")
        print("  units     \(settings.units.listen)")
        print("  console   \(settings.console.listen)")
        print("  state     \(settings.stateDirectory)")
        print(
            "  registry  \(settings.registryName): \(registry.centres.count) centres, \(registry.units.count) units"
        )
        for centre in registry.centres {
            let mark = centre.id == settings.defaultCentre ? "  (default)" : ""
            print("    \(centre.id)  \(units[centre.id] ?? 0) units  \(centre.name)\(mark)")
        }
    }
}
