// sosctl journal: what every command on a journal begins with. All of them only read; salvage writes elsewhere.

import AlertModel
import ArgumentParser
import Foundation
import Journal
import JournalFiles
import Settings

/// The journal's tools.
struct JournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal",
        abstract: "Looks at the journal: verifies it, prints it, counts it, salvages a damaged one.",
        discussion: """
            Every command opens the segments for reading alone and takes no lock, so it may run beside the daemon.
            Exit codes: 0 all is well; 1 the last batch does not read and no daemon is writing; 64 wrong \
            arguments; 65 the journal is not as it was written; 66 no journal there; 73 the directory to write to \
            exists or cannot be made; 74 the disk refused; 76 written by a newer version; 77 no permission; \
            78 the configuration is wrong.
            """,
        subcommands: [
            JournalVerifyCommand.self, JournalDumpCommand.self, JournalStatsCommand.self,
            JournalSalvageCommand.self,
        ])
}

/// Which journal.
struct JournalOption: ParsableArguments {
    @Argument(help: "The journal's directory; without it the one of --config.")
    var directory: String?

    @Option(name: .long, help: "The gateway's configuration file.")
    var config = "/etc/sosgateway/sosgatewayd.yaml"

    /// The directory's path.
    ///
    /// - Throws: an exit code, after saying what is wrong with the configuration.
    func path() throws -> String {
        if let directory { return directory }
        do {
            return try Settings.load(path: config).statePaths.journalDirectory
        } catch {
            throw failure(error)
        }
    }

    /// Opens the directory for reading and makes sure that a journal is in it.
    ///
    /// - Throws: an exit code, after saying what is wrong.
    func open(_ path: String) throws -> JournalFolder {
        guard FileManager.default.fileExists(atPath: path) else {
            throw failure(.noInput, "\(path) is not there: give the journal's directory, or --config")
        }
        do throws(JournalError) {
            let folder = try JournalFolder(path: path)
            guard try folder.segments().isEmpty else { return folder }
        } catch {
            throw journalFailure(error)
        }
        let inside = "\(path)/journal"
        let hint = FileManager.default.fileExists(atPath: inside) ? "; did you mean \(inside)?" : ""
        throw failure(.noInput, "\(path) holds no journal: no file journal-….segment is in it\(hint)")
    }
}

/// What ends the process when a journal could not be read on.
func journalFailure(_ error: JournalError) -> any Error {
    let status: ExitStatus
    let advice: String
    switch error.code {
    case .locked: (status, advice) = (.temporary, "Try again when the other process has ended.")
    case .permission: (status, advice) = (.noPermission, "Run it as root or as the gateway's user.")
    case .noSpace: (status, advice) = (.cannotCreate, "Free space, or name a directory on another disk.")
    case .inputOutput:
        (status, advice) = (
            .inputOutput,
            "If a segment vanished while it was read, run it again. Otherwise look at the kernel's log: the disk may "
                + "be failing; copy the directory to another disk first and work on the copy."
        )
    case .damaged:
        (status, advice) = (.dataError, "Copy the directory away, then: sosctl journal salvage DIR --to NEWDIR")
    case .newerVersion: (status, advice) = (.protocolError, "Use the sosctl of the version that wrote it.")
    case .badLimits, .bodyTooLarge: (status, advice) = (.software, "")
    }
    return failure(status, "\(error)\(advice.isEmpty ? "" : "\n\(advice)")")
}

/// Whether some process holds the directory's lock, as the kernel lists it; nothing is locked for the question.
///
/// A daemon outside this process's container is not seen.
func isHeldByDaemon(_ path: String) -> Bool {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
        let inode = (attributes[.systemFileNumber] as? NSNumber)?.uint64Value,
        let locks = try? String(contentsOfFile: "/proc/locks", encoding: .utf8)
    else { return false }
    return locks.split(separator: "\n").contains { line in
        let words = line.split(separator: " ")
        return words.contains("FLOCK") && words.contains { $0.hasSuffix(":\(inode)") }
    }
}
