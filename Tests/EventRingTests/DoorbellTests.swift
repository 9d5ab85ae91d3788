import EventRing
import LinuxIO
import Testing

/// Single-threaded: each test is one of the interleavings that the proof lists.
struct DoorbellTests {
    @Test func ringWhileAwakeLeavesNoSignal() throws {
        let doorbell = try Doorbell()
        doorbell.ring()
        doorbell.prepareToSleep()
        #expect(!doorbell.wait(timeoutMs: 0))
        doorbell.cancelSleep()
    }

    @Test func ringAfterPrepareEndsTheWait() throws {
        let doorbell = try Doorbell()
        doorbell.prepareToSleep()
        doorbell.ring()
        #expect(doorbell.wait(timeoutMs: -1))
        doorbell.cancelSleep()
    }

    @Test func oneSignalServesManyRingsAndOneSleep() throws {
        let doorbell = try Doorbell()
        doorbell.prepareToSleep()
        for _ in 0..<3 { doorbell.ring() }
        #expect(doorbell.wait(timeoutMs: -1))
        doorbell.cancelSleep()
        doorbell.prepareToSleep()
        #expect(!doorbell.wait(timeoutMs: 0))
        doorbell.cancelSleep()
    }

    @Test func ringAfterCancelLeavesNoSignal() throws {
        let doorbell = try Doorbell()
        doorbell.prepareToSleep()
        doorbell.cancelSleep()
        doorbell.ring()
        doorbell.prepareToSleep()
        #expect(!doorbell.wait(timeoutMs: 0))
    }

    @Test func everySleepCanBeRung() throws {
        let doorbell = try Doorbell()
        for _ in 0..<100 {
            doorbell.prepareToSleep()
            doorbell.ring()
            #expect(doorbell.wait(timeoutMs: -1))
            doorbell.cancelSleep()
        }
    }

    @Test func preparingTwiceIsPreparingOnce() throws {
        let doorbell = try Doorbell()
        doorbell.prepareToSleep()
        doorbell.prepareToSleep()
        doorbell.ring()
        #expect(doorbell.wait(timeoutMs: -1))
        doorbell.cancelSleep()
        doorbell.cancelSleep()
        #expect(!doorbell.wait(timeoutMs: 0))
    }

    @Test func anEpollCanSleepOnIt() throws {
        let doorbell = try Doorbell()
        let epoll = try Epoll()
        try epoll.add(doorbell.fileDescriptor, events: .readable, token: 7)
        doorbell.prepareToSleep()
        doorbell.ring()
        #expect(doorbell.wait(timeoutMs: 0))
        doorbell.drain()
        #expect(!doorbell.wait(timeoutMs: 0))
    }
}
