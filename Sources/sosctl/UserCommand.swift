// sosctl user

import AlertModel
import ArgumentParser
import Credentials
import Foundation
import History
import Settings

/// Local accounts of officers.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Accounts that sign in on consoles.",
        subcommands: [UserAddCommand.self, UserListCommand.self])
}

/// Makes an account, or replaces the one with the same sign-in name.
struct UserAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Makes an account, or replaces the one with the same sign-in name.",
        discussion: """
            The password is read from standard input, never from the command line, where every process could see \
            it. A new password, role or list of centres ends the officer's sessions. A running gateway \
            knows the account, and ends the sessions, within 10 s.
            """)

    @OptionGroup var site: ConfigurationOption

    @Argument(help: "The sign-in name: 1 to 16 letters, digits, - . _")
    var signInName: String

    @Option(name: .long, help: "The name people read.")
    var name: String

    @Option(name: .long, help: "officer or supervisor.", transform: Self.role(named:))
    var role: Role

    @Option(name: .customLong("centre"), help: "A centre whose alerts the officer sees; may stand several times.")
    var centres: [String]

    @Flag(name: .long, help: "Read the password from the first line of standard input.")
    var passwordStdin = false

    func run() async throws {
        let (settings, registry) = try site.load()
        guard let id = try? OfficerID(signInName) else {
            throw failure(
                .dataError, "\"\(signInName)\" is not a sign-in name; allowed: 1 to 16 letters, digits, - . _")
        }
        let name = try checkedName()
        let known = Set(registry.centres.map(\.id))
        var chosen: [CentreID] = []
        for text in centres {
            guard let centre = try? CentreID(text), known.contains(centre) else {
                let ids = registry.centres.map(\.id.description).joined(separator: ", ")
                throw failure(
                    .dataError, "\"\(text)\" is not a centre of \(settings.registryName); allowed: \(ids)")
            }
            if !chosen.contains(centre) { chosen.append(centre) }
        }
        let password = try Password.read(fromStandardInput: passwordStdin)
        let accounts = try site.openAccounts(settings)
        do {
            // The same password keeps its hash, so that saying the same twice ends nobody's session.
            let old = try await accounts.account(id)?.passwordHash
            let hash: String
            if let old, (try? PasswordHash.verify(password, against: old)) == true {
                hash = old
            } else {
                hash = try PasswordHash.make(password)
            }
            let isNew = try await accounts.save(
                OfficerAccount(id: id, name: name, role: role, centres: chosen, passwordHash: hash))
            let list = chosen.map(\.description).joined(separator: ", ")
            print("\(isNew ? "Made" : "Replaced") the account \(id): \(name), \(role.rawValue) of \(list)")
        } catch {
            throw failure(error)
        }
    }

    private static func role(named text: String) throws -> Role {
        guard let role = Role(rawValue: text) else {
            let allowed = Role.allCases.map(\.rawValue).joined(separator: " or ")
            throw ValidationError("\"\(text)\" is not a role; allowed: \(allowed)")
        }
        return role
    }

    private func checkedName() throws -> String {
        let isPrintable = name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard isPrintable, name.contains(where: { !$0.isWhitespace }), name.utf8.count <= CentreRecord.nameBytesMax
        else {
            throw failure(
                .dataError, "--name is not a name; allowed: one line of 1 to \(CentreRecord.nameBytesMax) bytes")
        }
        return name
    }
}

/// Lists the accounts.
struct UserListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the accounts.")

    @OptionGroup var site: ConfigurationOption

    func run() async throws {
        let (settings, _) = try site.load()
        guard FileManager.default.fileExists(atPath: settings.statePaths.accountsDatabase) else {
            throw failure(.noUser, "\(settings.statePaths.accountsDatabase) is not there: no account was made yet")
        }
        do {
            for account in try await site.openAccounts(settings).accounts() {
                let centres = account.centres.map(\.description).joined(separator: ",")
                print("\(account.id)\t\(account.role.rawValue)\t\(centres)\t\(account.name)")
            }
        } catch {
            throw failure(error)
        }
    }
}
