// The files themselves: private, durable as promised, refused when foreign, newer or broken.

import AlertModel
import Foundation
import Testing

@testable import History

@Suite struct StoreTests {
    @Test func filesAreForTheirOwnerOnly() async throws {
        try await withDirectory { directory in
            let accounts = try Accounts(path: "\(directory)/accounts.sqlite")
            let history = try History(path: "\(directory)/history.sqlite")
            try history.apply([(JournalSequence(1), .unitGone(try UnitID("a")))])
            _ = try await accounts.accounts()
            for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
                let attributes = try FileManager.default.attributesOfItem(atPath: "\(directory)/\(name)")
                #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
            }
        }
    }

    @Test func openModeIsTightened() async throws {
        try await withDirectory { directory in
            let path = "\(directory)/accounts.sqlite"
            #expect(
                FileManager.default.createFile(
                    atPath: path, contents: nil, attributes: [.posixPermissions: 0o644]))
            _ = try Accounts(path: path)
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func durabilityIsAsPromised() async throws {
        try await withDirectory { directory in
            let accounts = try Accounts(path: "\(directory)/accounts.sqlite")
            let history = try History(path: "\(directory)/history.sqlite")
            // 1 is NORMAL, 2 is FULL.
            #expect(try accounts.store.diagnose("PRAGMA synchronous") == "2")
            #expect(try history.store.diagnose("PRAGMA synchronous") == "1")
            #expect(try accounts.store.diagnose("PRAGMA journal_mode") == "wal")
            #expect(try history.store.diagnose("PRAGMA journal_mode") == "wal")
            #expect(try accounts.store.diagnose("PRAGMA foreign_keys") == "1")
        }
    }

    @Test func newerSchemaIsRefused() async throws {
        try await withDirectory { directory in
            let path = "\(directory)/history.sqlite"
            do {
                let history = try History(path: path)
                _ = try history.store.diagnose("INSERT INTO grdb_migrations VALUES ('history-99')")
            }
            do throws(HistoryError) {
                _ = try History(path: path)
                Issue.record("a newer schema was opened")
            } catch {
                #expect(error.reason == .newerSchema)
                #expect(error.path == path)
                #expect(error.description.contains("history-99"))
            }
        }
    }

    @Test func damagedFileIsNamed() async throws {
        try await withDirectory { directory in
            let path = "\(directory)/history.sqlite"
            try Data(repeating: 0x41, count: 8_192).write(to: URL(filePath: path))
            do throws(HistoryError) {
                _ = try History(path: path)
                Issue.record("a file of letters was opened")
            } catch {
                #expect(error.reason == .damaged)
                #expect(error.description.hasPrefix("\(path) is damaged: "))
            }
        }
    }

    @Test func truncatedFileIsNamed() async throws {
        try await withDirectory { directory in
            let path = "\(directory)/accounts.sqlite"
            do { _ = try Accounts(path: path) }
            let handle = try FileHandle(forUpdating: URL(filePath: path))
            try handle.truncate(atOffset: 5_000)
            try handle.close()
            do throws(HistoryError) {
                let accounts = try Accounts(path: path)
                _ = try await accounts.accounts()
                Issue.record("half a file was read")
            } catch {
                #expect(error.reason == .damaged, "\(error)")
            }
        }
    }

    @Test func missingDirectoryIsNamed() async throws {
        try await withDirectory { directory in
            do throws(HistoryError) {
                _ = try History(path: "\(directory)/absent/history.sqlite")
                Issue.record("a file in no directory was made")
            } catch {
                #expect(error.reason == .cannotOpen)
                #expect(error.description.hasSuffix("cannot be opened: No such file or directory"))
            }
        }
    }
}
