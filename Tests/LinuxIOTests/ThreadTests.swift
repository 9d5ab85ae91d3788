import LinuxIO
import Synchronization
import Testing

@Suite("Threads and wake-ups")
struct ThreadTests {
    @Test("a thread runs its body and is joined", .timeLimit(.minutes(5)))
    func runsAndJoins() throws {
        let count = Shared()
        let thread = try Thread.start(name: "a name that is far too long", nice: 5) {
            count.value.add(1, ordering: .relaxed)
        }
        thread.join()
        #expect(count.value.load(ordering: .relaxed) == 1)
    }

    @Test("an eventfd wakes a sleeping thread, and many signals are one", .timeLimit(.minutes(5)))
    func wakes() throws {
        let shared = try Bells()
        shared.there.signal()
        shared.there.signal()
        let thread = try Thread.start(name: "sleeper") {
            shared.there.wait(timeoutMs: -1)
            shared.there.drain()
            shared.back.signal()
        }
        shared.back.wait(timeoutMs: -1)
        thread.join()
        let isThereRaised = shared.there.wait(timeoutMs: 0)
        #expect(!isThereRaised)
        shared.back.drain()
        let isBackRaised = shared.back.wait(timeoutMs: 0)
        #expect(!isBackRaised)
    }

    @Test("an epoll reports what was registered, as long as it is")
    func epoll() throws {
        let epoll = try Epoll()
        let bell = try EventFD()
        var ready = [EpollEvent](repeating: EpollEvent(), count: 2)
        try epoll.add(bell.rawValue, events: .readable, token: UInt64.max)
        do {
            try epoll.add(bell.rawValue, events: .readable, token: 0)
            Issue.record("added twice")
        } catch {
            #expect(error == .exists)
        }
        let count1 = try epoll.wait(into: &ready, timeoutMs: 0)
        #expect(count1 == 0)
        bell.signal()
        let count2 = try epoll.wait(into: &ready, timeoutMs: 0)
        #expect(count2 == 1)
        #expect(ready[0].token == UInt64.max)
        #expect(ready[0].events == .readable)
        try epoll.modify(bell.rawValue, events: .writable, token: 3)
        let count3 = try epoll.wait(into: &ready, timeoutMs: 0)
        #expect(count3 == 1)
        #expect(ready[0].token == 3)
        try epoll.remove(bell.rawValue)
        do {
            try epoll.remove(bell.rawValue)
            Issue.record("removed twice")
        } catch {
            #expect(error == .notFound)
        }
    }

    private final class Shared: Sendable {
        let value = Atomic<Int>(0)
    }

    private final class Bells: Sendable {
        let there: EventFD
        let back: EventFD
        init() throws {
            there = try EventFD()
            back = try EventFD()
        }
    }
}
