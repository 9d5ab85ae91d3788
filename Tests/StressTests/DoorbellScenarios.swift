// Producers ring one sleeper at random moments of its way to sleep.

import EventRing
import LinuxIO
import Synchronization

enum DoorbellScenarios {
    static let all: [Scenario] = [
        Scenario(name: "doorbell, one ringer") { try run(ringers: 1, looksAgain: true, sleepMs: 2_000, $0) },
        Scenario(name: "doorbell, two ringers") { try run(ringers: 2, looksAgain: true, sleepMs: 2_000, $0) },
        Scenario(name: "doorbell, both at the same moment") { try tight(sleepMs: 2_000, $0) },
    ]

    /// Each producer sends one record and waits until it was taken, so that a lost wake-up is not healed by
    /// its next ring. With two, the other's ring can heal it: two are for the ringers' race on the flag.
    ///
    /// - Parameters:
    ///   - looksAgain: as the doorbell's protocol demands. A canary looks before it prepares.
    ///   - sleepMs: a sleeper that is not woken for so long, and so long again, has lost its wake-up.
    static func run(
        ringers count: Int, looksAgain: Bool, sleepMs: Int32, _ setting: Setting
    ) throws -> UInt64 {
        let rings = (0..<count).map { _ in RecordRing(capacitySlots: 8) }
        let doorbell = try Doorbell()
        let ringers = rings.enumerated().map { Ringer($1, lane: UInt8($0), doorbell: doorbell, setting: setting) }
        var merge = LaneMerge(lanesMax: count, laneBatchMax: 8)
        for ring in rings { merge.add(ring.takeConsumer(0)) }
        let deadline = setting.deadline
        let threads = try ringers.map { ringer in try startThread("ringer") { ringer.run(until: deadline) } }
        var random = SeededGenerator(seed: setting.seed)
        var rounds: UInt64 = 0
        while !ringers.allSatisfy({ $0.isDone.load(ordering: .acquiring) }) {
            rounds += UInt64(
                merge.drain(max: 10) { kind, _ in
                    ringers[Int(kind)].taken.wrappingAdd(1, ordering: .relaxed)
                    return .next
                })
            // Pauses between any two steps: also where threads share a processor, each gap is met.
            if looksAgain {
                pause(&random)
                doorbell.prepareToSleep()
                pause(&random)
                guard merge.isEmpty else {
                    doorbell.cancelSleep()
                    continue
                }
                pause(&random)
            } else {
                guard merge.isEmpty else { continue }
                pause(&random)
                doorbell.prepareToSleep()
            }
            // The second chance is for a ringer that was kept from running between publish and ring.
            if !doorbell.wait(timeoutMs: sleepMs), !merge.isEmpty, !doorbell.wait(timeoutMs: sleepMs) {
                setting.findings.report(.lostWakeUp, "after \(rounds) rounds")
            }
            doorbell.cancelSleep()
        }
        for thread in threads { thread.join() }
        return rounds
    }

    /// Sleeper and ringer meet again and again within the few nanoseconds in which a store can still wait behind
    /// the load after it: what the doorbell's two fences are for. Ends at the first lost wake-up.
    static func tight(sleepMs: Int32, _ setting: Setting) throws -> UInt64 {
        let ring = RecordRing(capacitySlots: 8)
        let doorbell = try Doorbell()
        let ringer = Ringer(ring, lane: 0, doorbell: doorbell, setting: setting)
        let consumer = ring.takeConsumer(0)
        let deadline = setting.deadline
        let thread = try startThread("ringer") { ringer.runTight(until: deadline) }
        var random = SeededGenerator(seed: setting.seed)
        var rounds: UInt64 = 0
        while !ringer.isDone.load(ordering: .acquiring) {
            let count = consumer.drain(max: 8) { _, _ in .next }
            if count > 0 {
                rounds += UInt64(count)
                ringer.taken.wrappingAdd(UInt64(count), ordering: .relaxed)
                spin(random.next() & 255)
            }
            doorbell.prepareToSleep()
            if consumer.isEmpty, !isRungSoon(doorbell), !doorbell.wait(timeoutMs: sleepMs), !consumer.isEmpty,
                !doorbell.wait(timeoutMs: sleepMs)
            {
                setting.findings.report(.lostWakeUp, "after \(rounds) rounds")
            }
            doorbell.cancelSleep()
        }
        thread.join()
        return rounds
    }

    /// Looks at the eventfd for some microseconds without giving the processor away, so that both stay awake.
    private static func isRungSoon(_ doorbell: Doorbell) -> Bool {
        for _ in 0..<64 where doorbell.wait(timeoutMs: 0) { return true }
        return false
    }

    /// Nothing, a moment, or a turn for somebody else.
    static func pause(_ random: inout SeededGenerator) {
        let draw = random.next()
        switch draw & 3 {
        case 0: giveWay()
        case 1: spin(draw >> 8 & 1_023)
        default: break
        }
    }
}

private final class Ringer: Sendable {
    let taken = Atomic<UInt64>(0)
    let isDone = Atomic<Bool>(false)
    private let producer: RecordProducer
    private let lane: UInt8
    private let doorbell: Doorbell
    private let setting: Setting

    init(_ ring: RecordRing, lane: UInt8, doorbell: Doorbell, setting: Setting) {
        producer = ring.takeProducer()
        self.lane = lane
        self.doorbell = doorbell
        self.setting = setting
    }

    func run(until deadline: ContinuousClock.Instant) {
        var random = SeededGenerator(seed: setting.seed &+ UInt64(lane))
        var sent: UInt64 = 0
        while ContinuousClock.now < deadline {
            spin(random.next() % 2_048)
            DoorbellScenarios.pause(&random)
            guard producer.append(kind: lane, bodyBytesMax: 0, { _ in 0 }) == .appended else { continue }
            producer.publish()
            DoorbellScenarios.pause(&random)
            doorbell.ring()
            sent += 1
            while taken.load(ordering: .relaxed) < sent { giveWay() }
        }
        end()
    }

    /// Publishes and rings with nothing in between, some nanoseconds after the last record was taken.
    func runTight(until deadline: ContinuousClock.Instant) {
        var random = SeededGenerator(seed: setting.seed &+ 1)
        var sent: UInt64 = 0
        while sent & 63 != 0 || (ContinuousClock.now < deadline && setting.findings.isClean) {
            spin(random.next() & 255)
            guard producer.append(kind: lane, bodyBytesMax: 0, { _ in 0 }) == .appended else { continue }
            producer.publish()
            doorbell.ring()
            sent += 1
            var turns = 0
            while taken.load(ordering: .relaxed) < sent {
                turns += 1
                // Seldom: a thread that gives way is not there when the other one goes to sleep.
                if turns & 4_095 == 0 { giveWay() }
            }
        }
        end()
    }

    private func end() {
        isDone.store(true, ordering: .releasing)
        // The sleeper must notice the end too.
        doorbell.ring()
    }
}
