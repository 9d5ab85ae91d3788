// The operator's tool: what it can do, one command a file.

import ArgumentParser

/// `sosctl`.
@main
struct SosCtl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sosctl",
        abstract: "Operates a gateway from its own machine.",
        subcommands: [CheckCommand.self, UserCommand.self, RegistryCommand.self, JournalCommand.self])
}
