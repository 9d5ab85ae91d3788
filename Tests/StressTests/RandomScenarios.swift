// Rings of random size, stages, wiring and batches, one after the other: shapes that nobody thought of.

import EventRing

enum RandomScenarios {
    static let all: [Scenario] = [Scenario(name: "random rings, stages and batches", run: run)]

    /// A run of one shape. Short: what goes wrong goes wrong at an edge, and each shape has others.
    private static let shapeSeconds = 0.05

    /// At least one shape; each follows from the seed and its number alone.
    @Sendable
    private static func run(_ setting: Setting) throws -> UInt64 {
        let deadline = setting.deadline
        var records: UInt64 = 0
        var number: UInt64 = 0
        repeat {
            var random = SeededGenerator(seed: setting.seed &+ number &* 1_000_003)
            let shape = Shape(
                slots: 1 << Int.random(in: 1...10, using: &random),
                bodyBytesMax: Int.random(in: 16...3_000, using: &random),
                batchMax: 1 << Int.random(in: 0...7, using: &random),
                readMax: 2 + (1 << Int.random(in: 0...8, using: &random)))
            let wiring = wiring(using: &random)
            let wasClean = setting.findings.isClean
            records += try StageScenarios.run(
                wiring: wiring, checked: wiring, shape: shape,
                Setting(seconds: shapeSeconds, seed: setting.seed &+ number, findings: setting.findings))
            if wasClean && !setting.findings.isClean {
                say("    shape \(number): \(shape), stages after \(wiring)")
            }
            number += 1
        } while ContinuousClock.now < deadline
        say("    \(number) shapes")
        return records
    }

    /// One to four stages, each after any of those before it.
    private static func wiring(using random: inout SeededGenerator) -> [[Int]] {
        (0..<Int.random(in: 1...4, using: &random)).map { stage in
            (0..<stage).filter { _ in Bool.random(using: &random) }
        }
    }
}
