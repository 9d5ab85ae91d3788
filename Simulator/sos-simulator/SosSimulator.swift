// The simulator's main: what it can do, one command a file.

import ArgumentParser

/// `sos-simulator`.
@main
struct SosSimulator: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sos-simulator",
        abstract:
            "Plays SOS units and, on request, an officer against a real gateway, and proves that nothing is lost.",
        discussion: """
            Ends with 0 when every press came where it had to, 1 when something was lost, 66 when a file cannot be \
            read, 69 when gateway or console cannot be reached, 77 when the sign-in is refused.
            """,
        subcommands: [RunCommand.self, CheckCommand.self, ConformCommand.self, MakeFieldCommand.self])
}
