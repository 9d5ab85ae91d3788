// Consumers that gate each other, each on its own thread: journal → dispatcher → feed, and a join.

import EventRing
import LinuxIO
import Synchronization

enum StageScenarios {
    static let all: [Scenario] = [
        Scenario(name: "journal, dispatcher, feed in a row") {
            try run(wiring: [[], [0], [1]], checked: [[], [0], [1]], $0)
        },
        Scenario(name: "two stages at once, then their join") {
            try run(wiring: [[], [], [0, 1]], checked: [[], [], [0, 1]], $0)
        },
    ]

    /// - Parameters:
    ///   - wiring: each consumer's upstream.
    ///   - checked: whose release each consumer's records must have seen; the same, but for a canary.
    static func run(
        wiring: [[Int]], checked: [[Int]], shape: Shape = Shape(), _ setting: Setting
    ) throws -> UInt64 {
        let ring = RecordRing(capacitySlots: shape.slots, consumers: wiring.count)
        let sender = Sender(
            ring, seed: setting.seed, lane: 0, bodyBytesMax: shape.bodyBytesMax, batchMax: shape.batchMax)
        var stages: [Stage] = []
        for (index, upstream) in wiring.enumerated() {
            stages.append(
                Stage(
                    ring.takeConsumer(index, after: upstream), index: index,
                    upstream: checked[index].map { stages[$0] }, sender: sender, findings: setting.findings,
                    readMax: shape.readMax))
        }
        let deadline = setting.deadline
        let seed = setting.seed
        var threads = try stages.map { stage in try startThread("stage") { stage.run(seed: seed) } }
        threads.append(try startThread("sender") { sender.run(until: deadline) })
        for thread in threads { thread.join() }
        return sender.sent.load(ordering: .acquiring)
    }
}

/// What varies between runs of stages.
struct Shape: Sendable {
    var slots = 128
    /// At most; the ring may take less.
    var bodyBytesMax = 700
    /// Records published together, at most.
    var batchMax = 32
    /// Records a stage reads at once, fewer than this; at least 2.
    var readMax = 40
}

/// One consumer and what it has let go.
private final class Stage: Sendable {
    /// Records released. Written before the release and relaxed: the ring alone must order it for those
    /// downstream, as it must order a journal's sync before the dispatcher's act.
    private let released = Atomic<UInt64>(0)
    private let consumer: RecordConsumer
    private let index: Int
    private let upstream: [Stage]
    private let sender: Sender
    private let findings: Findings
    private let readMax: UInt64

    init(
        _ consumer: consuming RecordConsumer, index: Int, upstream: [Stage], sender: Sender, findings: Findings,
        readMax: Int
    ) {
        self.readMax = UInt64(readMax)
        self.consumer = consumer
        self.index = index
        self.upstream = upstream
        self.sender = sender
        self.findings = findings
    }

    func run(seed: UInt64) {
        var random = SeededGenerator(seed: seed &+ 77 &+ UInt64(index))
        var checker = LaneChecker(sender.traffic, findings)
        receive {
            sender.sent.load(ordering: .acquiring) <= checker.next
        } step: {
            // Up to three reads before one release.
            var count = 0
            for _ in 0...random.next() % 3 {
                count += consumer.read(max: Int(random.next() % readMax)) { kind, body in
                    checker.see(kind: kind, body: body)
                    for stage in upstream where stage.released.load(ordering: .relaxed) < checker.next {
                        findings.report(.readBeforeReleased, "stage \(index), record \(checker.next - 1)")
                    }
                    return .next
                }
            }
            released.store(checker.next, ordering: .relaxed)
            consumer.release()
            return count
        }
        checker.finish(sent: sender.sent.load(ordering: .acquiring))
    }
}
