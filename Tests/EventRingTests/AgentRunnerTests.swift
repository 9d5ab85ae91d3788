import AlertModel
import EventRing
import LinuxIO
import Synchronization
import Testing

struct AgentRunnerTests {
    /// Adds up the bytes it gets. `@unchecked Sendable`: the runner's thread alone works it; others wake it
    /// and read the atomic sum.
    private final class AddingAgent: Agent, @unchecked Sendable {
        let name = "adding"
        let sum = Atomic<Int>(0)
        let sleeps = Atomic<Int>(0)
        let lastMonotonicNs = Atomic<UInt64>(0)
        private let consumer: RecordConsumer
        let doorbell: Doorbell

        init(_ ring: RecordRing) throws {
            consumer = ring.takeConsumer(0)
            doorbell = try Doorbell()
        }

        func doWork(now: Instant) -> Int {
            lastMonotonicNs.store(now.monotonic.nanoseconds, ordering: .relaxed)
            return consumer.drain(max: 8) { _, body in
                for byte in body { sum.wrappingAdd(Int(byte), ordering: .relaxed) }
                return .next
            }
        }

        func waitForWork() {
            sleeps.wrappingAdd(1, ordering: .relaxed)
            doorbell.prepareToSleep()
            if consumer.isEmpty { doorbell.wait(timeoutMs: -1) }
            doorbell.cancelSleep()
        }

        func wake() { doorbell.ring() }
    }

    /// Blocks in nothing: waits by giving the processor away until the condition holds.
    private func until(_ condition: () -> Bool) async {
        while !condition() { await Task.yield() }
    }

    @Test(.timeLimit(.minutes(5))) func worksSleepsAndStops() async throws {
        let ring = RecordRing(capacitySlots: 8)
        let writer = Writer(ring)
        let agent = try AddingAgent(ring)
        let runner = AgentRunner(agent, clock: SystemClock())
        #expect(runner.turns == 0)
        try runner.start()
        var expected = 0
        for round in 1...20 {
            await until { agent.sleeps.load(ordering: .relaxed) >= round }
            #expect(writer.send(Record(1, [UInt8(round)])) == .appended)
            agent.wake()
            expected += round
            await until { agent.sum.load(ordering: .relaxed) == expected }
        }
        #expect(runner.turns > 20)
        #expect(agent.lastMonotonicNs.load(ordering: .relaxed) > 0)
        runner.stop()
        let turns = runner.turns
        runner.stop()
        #expect(runner.turns == turns)
    }

    /// A stop that falls anywhere in the agent's way to sleep must still end it.
    @Test(.timeLimit(.minutes(5))) func stopNeverHangs() throws {
        for _ in 0..<200 {
            let agent = try AddingAgent(RecordRing(capacitySlots: 8))
            let runner = AgentRunner(agent, clock: SystemClock())
            try runner.start()
            runner.stop()
        }
    }

    @Test func stopBeforeStartDoesNothing() throws {
        let runner = AgentRunner(try AddingAgent(RecordRing(capacitySlots: 8)), clock: SystemClock())
        runner.stop()
        #expect(runner.turns == 0)
    }

    @Test(.timeLimit(.minutes(5))) func aForgottenRunnerLetsGoOfItsAgent() async throws {
        weak var agent: AddingAgent?
        var doorbell: Doorbell?
        do {
            let forgotten = try AddingAgent(RecordRing(capacitySlots: 8))
            agent = forgotten
            doorbell = forgotten.doorbell
            let runner = AgentRunner(forgotten, clock: SystemClock())
            try runner.start()
        }
        await until {
            doorbell?.ring()
            return agent == nil
        }
    }
}
