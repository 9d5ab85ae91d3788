// ring-bench: what the event ring does on this machine, beside a peer in the same run.
//
//   ring-bench [rounds]          default 9; every column is the median of so many interleaved rounds

import CTicks
import Glibc
import Synchronization

let rounds = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 0 : 9
guard rounds > 0, CommandLine.arguments.count <= 2 else {
    print("usage: ring-bench [rounds]")
    exit(EX_USAGE)
}
guard sysconf(Int32(_SC_NPROCESSORS_ONLN)) >= 2 else {
    print("ring-bench: needs two processors")
    exit(EX_UNAVAILABLE)
}

/// A column: its name, its unit, and one figure a round for each queue.
struct Column {
    let name: String
    let unit: String
    let ring: (Double) -> [Double]
    let peer: (Double) -> [Double]
    /// How many figures one measurement gives, named.
    var parts: [String] = [""]
}

func one(
    _ name: String, _ unit: String, ring: @escaping (Double) -> Double, peer: @escaping (Double) -> Double
) -> Column {
    Column(name: name, unit: unit, ring: { [ring($0)] }, peer: { [peer($0)] })
}

func percentiles(_ sorted: [Double]) -> [Double] {
    [0.5, 0.99, 0.999].map { sorted[Int(Double(sorted.count - 1) * $0)] }
}

let pipes = [1, 16, 64].map { batch in
    one(
        "1 producer → 1 consumer, batch \(batch)", "M/s",
        ring: { Measurements.pipe(LaneQueue.self, batch: batch, records: 4_000_000, tick: $0) },
        peer: { Measurements.pipe(MutexQueue.self, batch: batch, records: 1_000_000, tick: $0) })
}
let fills = [1, 16].map { batch in
    one(
        "2 producers fill, batch \(batch)", "M/s",
        ring: { Measurements.fill(MergedQueue.self, batch: batch, repeats: 20, tick: $0) },
        peer: { Measurements.fill(MutexQueue.self, batch: batch, repeats: 20, tick: $0) })
}
let drains = [1, 16].map { batch in
    one(
        "2 producers, drain too, batch \(batch)", "M/s",
        ring: { Measurements.drainToo(MergedQueue.self, batch: batch, records: 2_000_000, tick: $0) },
        peer: { Measurements.drainToo(MutexQueue.self, batch: batch, records: 500_000, tick: $0) })
}
let columns: [Column] =
    [
        one(
            "one thread, publish + take", "ns",
            ring: { Measurements.oneThread(LaneQueue.self, records: 5_000_000, tick: $0) },
            peer: { Measurements.oneThread(MutexQueue.self, records: 1_000_000, tick: $0) }),
        one(
            "one thread, one lane merged", "ns",
            ring: { Measurements.oneThread(MergedQueue.self, records: 5_000_000, tick: $0) },
            peer: { Measurements.oneThread(MutexQueue.self, records: 1_000_000, tick: $0) }),
    ] + pipes + fills + drains + [
        Column(
            name: "round trip", unit: "ns",
            ring: { percentiles(Measurements.roundTrip(LaneQueue.self, trips: 200_000, tick: $0)) },
            peer: { percentiles(Measurements.roundTrip(MutexQueue.self, trips: 200_000, tick: $0)) },
            parts: [" p50", " p99", " p99.9"])
    ]

func median(_ figures: [Double]) -> Double { figures.sorted()[figures.count / 2] }

func text(_ figure: Double) -> String {
    let tenths = Int((figure * 10).rounded())
    return figure < 100 ? "\(tenths / 10).\(tenths % 10)" : "\(Int(figure.rounded()))"
}

blackHole.wrappingAdd((try? runProbes()) ?? 0, ordering: .relaxed)
let tick = ticks_in_nanosecond()
var ringFigures = columns.map { $0.parts.map { _ in [Double]() } }
var peerFigures = ringFigures
for round in 1...rounds {
    for (index, column) in columns.enumerated() {
        for (part, figure) in column.ring(tick).enumerated() { ringFigures[index][part].append(figure) }
        for (part, figure) in column.peer(tick).enumerated() { peerFigures[index][part].append(figure) }
    }
    _ = "round \(round) of \(rounds)\n".withCString { write(STDERR_FILENO, $0, strlen($0)) }
}
print("56-byte bodies, medians of \(rounds) interleaved rounds (lowest - highest), two pinned threads\n")
print("| | unit | ring | \(MutexQueue.name) |\n| --- | --- | --- | --- |")
for (index, column) in columns.enumerated() {
    for part in column.parts.indices {
        let cells = [ringFigures[index][part], peerFigures[index][part]].map { figures in
            "\(text(median(figures))) (\(text(figures.min() ?? 0)) - \(text(figures.max() ?? 0)))"
        }
        print("| \(column.name)\(column.parts[part]) | \(column.unit) | \(cells.joined(separator: " | ")) |")
    }
}
