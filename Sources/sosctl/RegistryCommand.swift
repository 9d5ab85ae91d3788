// sosctl registry

import AlertModel
public import ArgumentParser
import Foundation
public import History
import Settings

/// Units, centres and all that they name.
struct RegistryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry",
        abstract: "Units, centres and all that they name: import, export, check, show.",
        discussion: "Docs/registry.md describes every table and column.",
        subcommands: [
            RegistryImportCommand.self, RegistryExportCommand.self, RegistryCheckCommand.self,
            RegistryShowCommand.self,
        ])
}

extension RegistryTable: ExpressibleByArgument {}
extension RegistryFormat: ExpressibleByArgument {}

/// Who called the tool, for the audit record.
enum Caller {
    /// Such as `os:root(0)`, and behind sudo `os:root(0) for aigerim`.
    static var name: String {
        let user = getuid()
        let name = getpwuid(user).flatMap { $0.pointee.pw_name }.map { String(cString: $0) } ?? "?"
        let before = user == 0 ? ProcessInfo.processInfo.environment["SUDO_USER"] : nil
        return "os:\(name)(\(user))" + (before.map { " for \($0)" } ?? "")
    }

    /// The wall clock.
    static var now: WallTime {
        WallTime(nanoseconds: Int64((Date().timeIntervalSince1970 * 1e9).rounded()))
    }
}

/// Checks the database as a whole.
struct RegistryCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks the registry's database, its references, and who of the accounts names it.",
        discussion: "Exits with 65 when something is wrong.")

    @OptionGroup var site: ConfigurationOption

    func run() async throws {
        let settings = try site.loadSettings()
        let store = try site.openRegistry(settings)
        let accounts = try site.openAccounts(settings)
        var faults: [String]
        let contents: RegistryContents
        do {
            faults = try store.faults()
            contents = try store.contents()
            do throws(RegistryRefusal) {
                _ = try RegistryPlan.make([], into: contents, replaces: false)
            } catch {
                faults += error.problems.map(\.description)
            }
            for account in try await accounts.accounts() {
                for centre in account.centres where contents.row(.centres, id: centre.description) == nil {
                    faults.append("the account \(account.id) names the centre \(centre), which is not there")
                }
            }
        } catch {
            throw failure(error)
        }
        if contents.row(.centres, id: settings.defaultCentre.description) == nil {
            faults.append("default_centre \(settings.defaultCentre) is not there")
        }
        guard faults.isEmpty else { throw failure(.dataError, faults.joined(separator: "\n")) }
        let counts = RegistryTable.allCases.map { "\(contents.count($0)) \($0.rawValue)" }
        print("\(settings.statePaths.registryDatabase): good (\(counts.joined(separator: ", ")))")
    }
}

/// Shows counts, ids, or one row.
struct RegistryShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows how much there is, the ids of a table, or one row.",
        discussion: "sosctl registry show · sosctl registry show units · sosctl registry show units AST-0001")

    @OptionGroup var site: ConfigurationOption

    @Argument(help: "A table.")
    var table: RegistryTable?

    @Argument(help: "The id of a row.")
    var id: String?

    func run() throws {
        let settings = try site.loadSettings()
        let store = try site.openRegistry(settings)
        do {
            let contents = try store.contents()
            guard let table else {
                for table in RegistryTable.allCases { print("\(table.rawValue)\t\(contents.count(table))") }
                for revision in try store.revisions(limit: 5) {
                    let at = Date(timeIntervalSince1970: Double(revision.at.nanoseconds) / 1e9)
                    print("revision \(revision.number)\t\(at.ISO8601Format())\t\(revision.by)\t\(revision.what)")
                }
                return
            }
            guard let id else {
                for id in contents.ids(table) { print(id) }
                return
            }
            guard let cells = contents.row(table, id: id) else {
                throw sosctl.failure(.dataError, "there is no \(table.singular) \"\(id)\"")
            }
            for (column, text) in cells { print("\(column)\t\(text)") }
        } catch {
            throw sosctl.failure(error)
        }
    }
}

/// Writes tables as files.
struct RegistryExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes a table to standard output, or every table into a directory.",
        discussion: "What is exported can be imported again, and changes nothing.")

    @OptionGroup var site: ConfigurationOption

    @Option(help: "One table; every table when left out, which needs --directory.")
    var table: RegistryTable?

    @Option(help: "csv or geojson (tables with points, lines or areas).")
    var format = RegistryFormat.csv

    @Option(help: "Write TABLE.csv or TABLE.geojson in this directory, which must exist.")
    var directory: String?

    @Flag(help: "CSV for Excel in Russian or Kazakh: byte order mark and semicolons.")
    var excel = false

    func run() throws {
        let settings = try site.loadSettings()
        let store = try site.openRegistry(settings)
        let contents: RegistryContents
        do {
            contents = try store.contents()
        } catch {
            throw failure(error)
        }
        if table == nil && directory == nil {
            throw ValidationError("Say which --table, or a --directory for all of them.")
        }
        for table in table.map({ [$0] }) ?? RegistryTable.allCases {
            let text = format == .csv ? contents.csv(table, forSheet: excel) : contents.geoJSON(table)
            guard let text else {
                if self.table == nil { continue }
                throw failure(.dataError, "\(table.rawValue) have no place on a map; export them as CSV")
            }
            guard let directory else {
                FileHandle.standardOutput.write(Data(text.utf8))
                continue
            }
            let path = "\(directory)/\(table.rawValue).\(format.rawValue)"
            do {
                try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
            } catch {
                throw failure(.inputOutput, "\(path) cannot be written: \(error.localizedDescription)")
            }
            print("\(path): \(contents.count(table)) rows")
        }
    }
}
