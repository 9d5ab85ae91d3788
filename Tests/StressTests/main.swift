// ring-stress: real threads on the event ring, every forbidden outcome by name.
//
//   ring-stress [seconds per scenario] [seed] [--canary] [--only NAME]
//
// --only runs the scenarios whose name begins so.
//
// Exit code 0: no forbidden outcome. 1: at least one. With --canary, rules are broken on purpose: 1 when every
// canary was caught, as it must be, 0 when one escaped. 64: wrong arguments. 70: no threads or descriptors.
// Built with --sanitize=thread, a data race makes it 66.

import Glibc

/// Writes at once: a run takes a while, and somebody watches.
func say(_ text: String, to descriptor: Int32 = STDOUT_FILENO) {
    let bytes = Array((text + "\n").utf8)
    _ = write(descriptor, bytes, bytes.count)
}

func fail(_ message: String, code: Int32) -> Never {
    say("ring-stress: \(message)", to: STDERR_FILENO)
    exit(code)
}

var numbers: [String] = []
var isCanary = false
var only = ""
var arguments = CommandLine.arguments.dropFirst()
let usage = "usage: ring-stress [seconds per scenario] [seed] [--canary] [--only NAME]"
while let argument = arguments.popFirst() {
    switch argument {
    case "--canary": isCanary = true
    case "--only":
        guard let name = arguments.popFirst() else { fail(usage, code: EX_USAGE) }
        only = name
    default: numbers.append(argument)
    }
}
guard numbers.count <= 2, let seconds = Double(numbers.first ?? "2"), seconds > 0, seconds <= 86_400 else {
    fail(usage, code: EX_USAGE)
}
let seed: UInt64
if numbers.count == 2 {
    guard let given = UInt64(numbers[1]) else { fail(usage, code: EX_USAGE) }
    seed = given
} else {
    seed = UInt64.random(in: 1..<1_000_000)
}

say("ring-stress: \(seconds) s a scenario, seed \(seed)\(isCanary ? ", canaries" : "")")
let known =
    isCanary
    ? Canaries.all : LaneScenarios.all + StageScenarios.all + RandomScenarios.all + DoorbellScenarios.all
let scenarios = known.filter { $0.name.hasPrefix(only) }
guard !scenarios.isEmpty else { fail("no scenario begins with '\(only)'", code: EX_USAGE) }
var dirty = 0
for scenario in scenarios {
    let findings = Findings()
    do {
        let count = try scenario.run(Setting(seconds: seconds, seed: seed, findings: findings))
        say("\(findings.isClean ? "clean " : "FOUND ") \(scenario.name): \(count) records")
    } catch {
        fail("\(scenario.name): \(error)", code: EX_SOFTWARE)
    }
    say(findings.table)
    if !findings.isClean { dirty += 1 }
}
if isCanary {
    say("\(dirty) of \(scenarios.count) canaries caught")
    exit(dirty == scenarios.count ? 1 : 0)
}
say(dirty == 0 ? "no forbidden outcome" : "\(dirty) scenarios with forbidden outcomes")
exit(dirty == 0 ? 0 : 1)
