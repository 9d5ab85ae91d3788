// What the journal costs and how fast it comes back. Prints tables; every figure is the median of interleaved rounds.
//
//   swift run -c release --package-path Benchmarks journal-bench commits [directory] [seconds a round] [rounds]
//   swift run -c release --package-path Benchmarks journal-bench cpu [rounds]
//   swift run -c release --package-path Benchmarks journal-bench replay [directory] [records]
//
// `commits` measures the disk of the directory, `cpu` all that is not the disk, `replay` the start of a journal.

let arguments = Array(CommandLine.arguments.dropFirst())

func number(_ index: Int, or value: Int) -> Int {
    index < arguments.count ? Int(arguments[index]) ?? value : value
}

let directory = arguments.count > 1 ? arguments[1] : "."
switch arguments.first {
case "commits":
    try CommitBench(
        directory: directory, roundNs: UInt64(number(2, or: 2)) * 1_000_000_000, rounds: number(3, or: 5)
    ).run()
case "cpu": try ProcessorBench(rounds: number(1, or: 9)).run()
case "replay": try ReplayBench(directory: directory, records: number(2, or: 10_000_000)).run()
default: print("usage: journal-bench commits|cpu|replay …; see the head of main.swift")
}
