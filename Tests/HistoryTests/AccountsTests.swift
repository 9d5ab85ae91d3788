// Accounts, sessions and the audit record.

import AlertModel
import Foundation
import Testing

@testable import History

@Suite struct AccountsTests {
    private func account(
        _ id: String, role: Role = .officer, centres: [String] = ["astana"], hash: String = "hash-1"
    ) throws -> OfficerAccount {
        OfficerAccount(
            id: try OfficerID(id), name: "Айгерім Сәрсенова", role: role,
            centres: try centres.map { try CentreID($0) },
            passwordHash: hash)
    }

    private func session(_ token: String, _ officer: String, expires: Int64) throws -> ConsoleSession {
        ConsoleSession(
            tokenSHA256: token, officer: try OfficerID(officer), createdAt: WallTime(nanoseconds: 1),
            expiresAt: WallTime(nanoseconds: expires))
    }

    @Test func accountsSurviveReopeningInOrder() async throws {
        try await withDirectory { directory in
            let path = "\(directory)/accounts.sqlite"
            let first = try account("zhanar", role: .supervisor, centres: ["karaganda", "almaty", "astana"])
            let second = try account("aigerim")
            do {
                let accounts = try Accounts(path: path)
                #expect(try await accounts.save(first))
                #expect(try await accounts.save(second))
                #expect(try await !accounts.save(second))
            }
            let accounts = try Accounts(path: path)
            #expect(try await accounts.accounts() == [second, first])
            #expect(try await accounts.account(first.id) == first)
            #expect(try await accounts.account(try OfficerID("nobody")) == nil)
        }
    }

    @Test func aNewPasswordOrRightEndsSessions() async throws {
        try await withDirectory { directory in
            let accounts = try Accounts(path: "\(directory)/accounts.sqlite")
            let now = WallTime(nanoseconds: 10)
            try await accounts.save(try account("aigerim"))
            try await accounts.save(try account("zhanar"))
            try await accounts.save(try session("bb", "zhanar", expires: 100))
            let changes = [
                try account("aigerim", hash: "hash-2"), try account("aigerim", role: .supervisor, hash: "hash-2"),
                try account("aigerim", role: .supervisor, centres: ["almaty"], hash: "hash-2"),
            ]
            for changed in changes {
                try await accounts.save(try session("aa", "aigerim", expires: 100))
                try await accounts.save(changed)
                #expect(try await accounts.session(tokenSHA256: "aa", now: now) == nil)
                try await accounts.save(try session("aa", "aigerim", expires: 100))
                try await accounts.save(changed)
                #expect(try await accounts.session(tokenSHA256: "aa", now: now) != nil)
            }
            #expect(try await accounts.session(tokenSHA256: "bb", now: now) != nil)
        }
    }

    @Test func sessionsLiveUntilTheyExpire() async throws {
        try await withDirectory { directory in
            let path = "\(directory)/accounts.sqlite"
            let long = try session("aa", "aigerim", expires: 200)
            let short = try session("bb", "aigerim", expires: 100)
            do {
                let accounts = try Accounts(path: path)
                try await accounts.save(try account("aigerim"))
                try await accounts.save(long)
                try await accounts.save(short)
            }
            let accounts = try Accounts(path: path)
            #expect(try await accounts.sessions(now: WallTime(nanoseconds: 99)) == [long, short])
            #expect(try await accounts.session(tokenSHA256: "bb", now: WallTime(nanoseconds: 99)) == short)
            #expect(try await accounts.session(tokenSHA256: "bb", now: WallTime(nanoseconds: 100)) == nil)
            try await accounts.deleteExpiredSessions(now: WallTime(nanoseconds: 100))
            #expect(try await accounts.sessions(now: WallTime(nanoseconds: 0)) == [long])
            try await accounts.deleteSession(tokenSHA256: "aa")
            try await accounts.deleteSession(tokenSHA256: "aa")
            #expect(try await accounts.sessions(now: WallTime(nanoseconds: 0)).isEmpty)
        }
    }

    @Test func aSessionNeedsAnAccount() async throws {
        try await withDirectory { directory in
            let accounts = try Accounts(path: "\(directory)/accounts.sqlite")
            let stray = try session("aa", "nobody", expires: 1)
            await #expect(throws: HistoryError.self) { try await accounts.save(stray) }
        }
    }

    @Test func auditOnlyGrows() async throws {
        try await withDirectory { directory in
            let accounts = try Accounts(path: "\(directory)/accounts.sqlite")
            let claim = AuditEntry(
                at: WallTime(nanoseconds: 5), officer: "aigerim", act: .claim, alert: AlertID(.max),
                isAllowed: true,
                detail: "", peer: "[::1]:5000")
            let signIn = AuditEntry(
                at: WallTime(nanoseconds: 6), officer: String(repeating: "ә", count: 100), act: .signIn,
                alert: nil,
                isAllowed: false, detail: "no such account", peer: "10.0.0.1:5001")
            try await accounts.append([claim, signIn])
            try await accounts.append([])
            let kept = AuditEntry(
                at: signIn.at, officer: String(repeating: "ә", count: 32), act: .signIn, alert: nil,
                isAllowed: false,
                detail: signIn.detail, peer: signIn.peer)
            #expect(try await accounts.auditEntries(limit: 10) == [kept, claim])
            #expect(try await accounts.auditEntries(limit: 1) == [kept])
            for sql in ["DELETE FROM audit", "UPDATE audit SET allowed = 1"] {
                #expect(throws: HistoryError.self) { try accounts.store.diagnose(sql) }
            }
            #expect(try await accounts.auditEntries(limit: 10).count == 2)
        }
    }

    @Test func auditIsWrittenThoughTheTaskWasCancelled() async throws {
        try await withDirectory { directory in
            let accounts = try Accounts(path: "\(directory)/accounts.sqlite")
            let entry = AuditEntry(
                at: WallTime(nanoseconds: 5), officer: "aigerim", act: .close, alert: AlertID(1), isAllowed: true,
                detail: "", peer: "")
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                #expect(Task.isCancelled)
                try await accounts.append(entry)
            }
            try await task.value
            #expect(try await accounts.auditEntries(limit: 10) == [entry])
        }
    }

    @Test func twoProcessesWorthOfHandlesShareTheFile() async throws {
        try await withDirectory { directory in
            let path = "\(directory)/accounts.sqlite"
            let daemon = try Accounts(path: path)
            let tool = try Accounts(path: path)
            try await tool.save(try account("aigerim"))
            #expect(try await daemon.account(try OfficerID("aigerim")) != nil)
        }
    }
}
