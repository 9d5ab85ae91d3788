import AlertModel
import HTTPTypes
import Hummingbird
import Telemetry
import Testing

@testable import ConsoleAPI

@Suite("Sign-in and sessions", .timeLimit(.minutes(5)))
struct SignInTests {
    private func signIn(
        _ console: Console, _ officer: String = "aigul", _ password: String = Sample.password,
        cookie: String? = nil
    ) async throws -> Answer {
        try await console.send(
            .post, "/v1/sign-in", cookie: cookie, body: #"{"officer":"\#(officer)","password":"\#(password)"}"#)
    }

    private func cookie(of response: Answer) throws -> String {
        String(try #require(response.headers[.setCookie]).prefix { $0 != ";" })
    }

    @Test("the right password opens a session in a cookie that scripts and other sites cannot have")
    func signsIn() async throws {
        let console = try Console()
        let response = try await signIn(console)
        #expect(response.status == 200)
        #expect(
            response.text == #"{"officer":"aigul","name":"Айгүл aigul","role":"officer","centres":["astana"]}"#)
        let header = try #require(response.headers[.setCookie])
        #expect(header.hasPrefix("__Host-sos_session="))
        #expect(header.hasSuffix("; Secure; HttpOnly; SameSite=Strict; Path=/"))
        let me = try await console.send(.get, "/v1/me", cookie: try cookie(of: response))
        #expect(me.text == response.text)
        #expect(console.counters.value(.consoleSignIns) == 1)
        #expect(console.backend.audit.map(\.act) == [.signIn])
        #expect(console.backend.audit[0].isAllowed)
    }

    @Test("unknown officer, wrong password and impossible name are told the same")
    func refusals() async throws {
        let console = try Console()
        let answers = [
            try await signIn(console, "nobody"), try await signIn(console, "aigul", "wrong"),
            try await signIn(console, "not a name, жоқ"),
            try await signIn(console, "aigul", String(repeating: "x", count: 300)),
        ]
        #expect(answers.allSatisfy { $0.problem == "sign_in_refused" && $0.headers[.setCookie] == nil })
        #expect(Set(answers.map(\.text)).count == 1)
        #expect(console.counters.value(.consoleSignInsRefused) == 4)
        #expect(console.backend.audit.filter { !$0.isAllowed && $0.act == .signIn }.count == 4)
    }

    @Test("after five failures in a row an account waits, twice as long each time, even with the right password")
    func lockOut() async throws {
        let console = try Console()
        for _ in 0..<5 { #expect(try await signIn(console, "aigul", "wrong").status == 401) }
        let locked = try await signIn(console)
        #expect(locked.problem == "locked_out")
        #expect(locked.status == 429)
        #expect(locked.headers[.retryAfter] == "1")
        console.backend.advance(seconds: 1)
        #expect(try await signIn(console, "aigul", "wrong").status == 401)
        #expect(try await signIn(console).headers[.retryAfter] == "2")
        #expect(try await signIn(console, "bolat").status == 200)
        console.backend.advance(seconds: 2)
        #expect(try await signIn(console).status == 200)
        #expect(try await signIn(console, "aigul", "wrong").status == 401)
        #expect(try await signIn(console).status == 200)
    }

    @Test("the wait has an end, an address has its own count, and time forgives")
    func lockOutRules() {
        var limits = ConsoleLimits()
        limits.failuresPerPeerMax = 3
        var lockOut = LockOut(limits: limits)
        var now = WallTime(nanoseconds: 0)
        for number in 0..<3 {
            #expect(lockOut.begin(LockOut.Subject.all(name: "a\(number)", peer: "p"), now: now) == nil)
        }
        #expect(lockOut.begin(LockOut.Subject.all(name: "other", peer: "p"), now: now) == 1)
        #expect(lockOut.begin(LockOut.Subject.all(name: "other", peer: "q"), now: now) == nil)
        for _ in 0..<40 {
            now = now.advanced(by: .seconds(60))
            #expect(lockOut.begin([.peer("p")], now: now) == nil)
        }
        #expect(lockOut.begin([.peer("p")], now: now) == 60)
        now = now.advanced(by: .seconds(15 * 60))
        #expect(lockOut.begin([.peer("p")], now: now) == nil)
        #expect(lockOut.begin([.peer("p")], now: now) == nil)
    }

    @Test("failing in a name keeps nobody else out, and a guesser with many addresses waits 5 s at most")
    func lockOutOfOthers() {
        var lockOut = LockOut(limits: ConsoleLimits())
        var now = WallTime(nanoseconds: 0)
        for _ in 0..<5 { #expect(lockOut.begin(LockOut.Subject.all(name: "a", peer: "evil"), now: now) == nil) }
        #expect(lockOut.begin(LockOut.Subject.all(name: "a", peer: "evil"), now: now) == 1)
        let officer = LockOut.Subject.all(name: "a", peer: "desk")
        #expect(lockOut.begin(officer, now: now) == nil)
        lockOut.succeed(officer)
        #expect(lockOut.begin(LockOut.Subject.all(name: "a", peer: "evil"), now: now) == 1)
        for number in 0..<100 {
            #expect(lockOut.begin(LockOut.Subject.all(name: "a", peer: "\(number)"), now: now) == nil)
        }
        #expect(lockOut.begin(officer, now: now) == 1)
        for number in 100..<120 {
            now = now.advanced(by: .seconds(5))
            #expect(lockOut.begin(LockOut.Subject.all(name: "a", peer: "\(number)"), now: now) == nil)
        }
        #expect(lockOut.begin(officer, now: now) == 5)
        now = now.advanced(by: .seconds(5))
        #expect(lockOut.begin(officer, now: now) == nil)
    }

    @Test("attempts in parallel count from their begin")
    func lockOutInParallel() {
        var lockOut = LockOut(limits: ConsoleLimits())
        let now = WallTime(nanoseconds: 0)
        let begun = (0..<100).filter { _ in lockOut.begin([.account("a", peer: "p")], now: now) == nil }
        #expect(begun.count == 5)
    }

    @Test("the lock-out's memory is bounded")
    func lockOutBounded() {
        var limits = ConsoleLimits()
        limits.lockOutRecordsMax = 100
        var lockOut = LockOut(limits: limits)
        for number in 0..<10_000 {
            _ = lockOut.begin([.account("\(number)", peer: "p")], now: WallTime(nanoseconds: Int64(number)))
        }
        let records = Mirror(reflecting: lockOut).children.first { $0.label == "records" }?.value
        #expect((records as? any Collection)?.count ?? .max <= 101)
    }

    @Test("sign-out ends the session and clears the cookie")
    func signOut() async throws {
        let console = try Console()
        let cookie = try await console.cookie("aigul")
        let response = try await console.send(.post, "/v1/sign-out", cookie: cookie, body: "{}")
        #expect(response.status == 204)
        #expect(response.headers[.setCookie]?.contains("Max-Age=0") == true)
        #expect(try await console.send(.get, "/v1/me", cookie: cookie).problem == "not_signed_in")
        #expect(console.backend.audit.first?.act == .signOut)
    }

    @Test("signing in again drops the session that the browser had")
    func signInAgain() async throws {
        let console = try Console()
        let old = try await console.cookie("aigul")
        let new = try cookie(of: try await signIn(console, cookie: old))
        #expect(try await console.send(.get, "/v1/me", cookie: old).status == 401)
        #expect(try await console.send(.get, "/v1/me", cookie: new).status == 200)
    }

    @Test("a session ends after 30 idle minutes, or after 12 hours of use")
    func expiry() async throws {
        let console = try Console()
        let idle = try await console.cookie("aigul")
        let used = try await console.cookie("aigul")
        for _ in 0..<24 {
            console.backend.advance(seconds: 29 * 60)
            #expect(try await console.send(.get, "/v1/me", cookie: used).status == 200)
        }
        #expect(try await console.send(.get, "/v1/me", cookie: idle).status == 401)
        console.backend.advance(seconds: 24 * 60)
        #expect(try await console.send(.get, "/v1/me", cookie: used).status == 401)
    }

    @Test("a restart keeps the session, for its lifetime and no longer")
    func survivesRestart() async throws {
        let store = MemorySessionStore()
        let cookie = try await Console(store: store).cookie("aigul")
        let restarted = try Console(store: store)
        #expect(try await restarted.send(.get, "/v1/me", cookie: cookie).status == 200)
        _ = try await restarted.send(.post, "/v1/sign-out", cookie: cookie, body: "{}")
        #expect(try await Console(store: store).send(.get, "/v1/me", cookie: cookie).status == 401)

        let late = try await Console(store: store).cookie("aigul")
        let muchLater = try Console(store: store)
        muchLater.backend.advance(seconds: 12 * 3_600)
        #expect(try await muchLater.send(.get, "/v1/me", cookie: late).status == 401)
    }

    @Test("the store never sees a token, and sign-in works without it")
    func storeFails() async throws {
        let feed = ConsoleFeed()
        let console = try Console(feed: feed)
        let log = console.log
        let sessions = Sessions(store: BrokenStore(), lifetime: .seconds(60), limits: ConsoleLimits(), log: log)
        let token = try await sessions.open(try OfficerID("aigul"), now: console.backend.now())
        let hash = try #require(TokenHash(token: token))
        #expect(hash.bytes.count == 32 && !hash.bytes.elementsEqual(token.utf8))
        #expect(await sessions.find(hash, now: console.backend.now())?.officer.description == "aigul")
        await sessions.close(hash)
        #expect(await sessions.find(hash, now: console.backend.now()) == nil)
    }

    @Test("a session whose row another process deleted ends with the next sweep, its stream, too")
    func deletedElsewhere() async throws {
        let store = MemorySessionStore()
        let old = try await Console(store: store).cookie("aigul")
        let console = try Console(store: store)
        let sessions = console.server.application.responder.gatekeeper.sessions
        let cookies = [old, try await console.cookie("aigul")]
        for cookie in cookies { #expect(try await console.send(.get, "/v1/me", cookie: cookie).status == 200) }
        #expect(await sessions.sweep(now: console.backend.now()) == false)
        try await console.stream(cookie: old) { reader in
            #expect(await reader.nextEvent()?.name == "ready")
            await store.deleteExpired(now: WallTime(nanoseconds: .max))
            #expect(await sessions.sweep(now: console.backend.now()))
            console.feed.beat()
            #expect(await reader.next() == nil)
        }
        for cookie in cookies { #expect(try await console.send(.get, "/v1/me", cookie: cookie).status == 401) }
    }

    @Test("a store that fails, or never had a session, ends none")
    func sweepKeeps() async throws {
        let console = try Console()
        for store in [UnreadableStore(savingFails: false), UnreadableStore(savingFails: true)] {
            let sessions = Sessions(
                store: store, lifetime: .seconds(60), limits: ConsoleLimits(), log: console.log)
            let token = try await sessions.open(try OfficerID("aigul"), now: console.backend.now())
            #expect(await sessions.sweep(now: console.backend.now()) == false)
            let hash = try #require(TokenHash(token: token))
            #expect(await sessions.find(hash, now: console.backend.now()) != nil)
        }
    }

    @Test("an officer's oldest session makes room for the eleventh")
    func bounded() async throws {
        let console = try Console()
        var cookies: [String] = []
        for _ in 0..<11 {
            cookies.append(try await console.cookie("aigul"))
            console.backend.advance(seconds: 1)
        }
        #expect(try await console.send(.get, "/v1/me", cookie: cookies[0]).status == 401)
        #expect(try await console.send(.get, "/v1/me", cookie: cookies[1]).status == 200)
    }

    @Test("more password checks than the desk takes are told to come back")
    func deskIsBounded() async throws {
        let desk = PasswordDesk(parallelMax: 1, waitingMax: 2)
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { (try? await desk.verify("x", against: nil)) != nil }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(outcomes.contains(true))
        #expect(outcomes.contains(false))
    }
}

private struct BrokenStore: SessionStore {
    struct Broken: Error {}
    func save(_ session: StoredSession) async throws { throw Broken() }
    func load(tokenHash: [UInt8]) async throws -> StoredSession? {
        StoredSession(
            tokenHash: tokenHash, officer: try OfficerID("aigul"), expiresAt: WallTime(nanoseconds: .max))
    }
    func delete(tokenHash: [UInt8]) async throws { throw Broken() }
    func deleteExpired(now: WallTime) async throws { throw Broken() }
}

/// Fails to load what it saved; or saves nothing, and says that it has nothing.
private struct UnreadableStore: SessionStore {
    struct Unreadable: Error {}
    let savingFails: Bool
    func save(_ session: StoredSession) async throws { if savingFails { throw Unreadable() } }
    func load(tokenHash: [UInt8]) async throws -> StoredSession? {
        if savingFails { return nil }
        throw Unreadable()
    }
    func delete(tokenHash: [UInt8]) async throws {}
    func deleteExpired(now: WallTime) async throws {}
}
