// The daemon's main: reads the configuration, runs, and ends with a code that scripts and systemd know.

import ArgumentParser
import GatewayApp
import Settings

/// `sosgatewayd`.
@main
struct Sosgatewayd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sosgatewayd",
        abstract: "Stands between SOS units and the officers of their control centres.",
        discussion: """
            Runs in the foreground and logs to standard error. Ends with 0 after SIGTERM or SIGINT, with 78 when the \
            configuration is wrong, 69 when a port is in use, 73 when the state directory cannot be made or written, 77 without a right to a file, 74 when the disk refuses.
            """)

    @Option(help: "The configuration file.")
    var config = "/etc/sosgateway/sosgatewayd.yaml"

    func run() async throws {
        do {
            let settings = try Settings.load(path: config)
            let log = DaemonLogHandler.logger(level: settings.logLevel)
            try settings.checkFiles()
            // The registry may lie in there.
            if settings.registryFile == nil { try makeStateDirectory(settings) }
            let registry = try Registry.load(settings)
            try makeStateDirectory(settings)
            try await Daemon(settings: settings, registry: registry, log: log).run()
        } catch let error as SettingsError {
            throw end(78, "\(error)")
        } catch let error as GatewayError {
            throw end(error.code.rawValue, "\(error)")
        }
    }

    /// A directory that cannot be made or written is no mistake in the file: another code than 78.
    private func makeStateDirectory(_ settings: Settings) throws {
        do {
            try settings.makeStateDirectory()
        } catch {
            throw GatewayError(.cannotCreate, "\(error)")
        }
    }

    private func end(_ status: Int32, _ text: String) -> ExitCode {
        DaemonLogHandler.writeLastWords(text)
        return ExitCode(status)
    }
}
