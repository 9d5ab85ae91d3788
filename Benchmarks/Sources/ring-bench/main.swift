// ring-bench: the event ring behind the columns of Benchmarks/ring-table.
//
//   ring-bench ring|wide|mutex
//
// Reads a column's name from its input and writes its figures in one line, until the input ends, as every peer
// does. ring: 56-byte bodies, a slot each; wide: 64-byte bodies, two slots; mutex: around an array deque.

import EventRing
import Glibc

/// One column: `name` or `name batch`. Nil when it is not known.
func answer<Lane: MeasuredQueue, Lanes: MeasuredQueue>(
    _ column: String, _: Lane.Type, _: Lanes.Type
) -> [Double]? {
    let words = column.split(separator: " ")
    guard let name = words.first, let batch = words.count == 2 ? Int(words[1]) : 1 else { return nil }
    switch name {
    case "one": return [Measurements.oneThread(Lane.self, events: 2_000_000)]
    case "pipe": return [Measurements.pipe(Lane.self, batch: batch, events: 4_000_000)]
    case "fill": return [Measurements.fill(Lanes.self, batch: batch, repeats: 20)]
    case "drain": return [Measurements.drainToo(Lanes.self, batch: batch, events: 1_000_000)]
    case "trip":
        let sorted = Measurements.roundTrip(Lane.self, trips: 200_000)
        return [0.5, 0.99, 0.999].map { sorted[Int(Double(sorted.count - 1) * $0)] }
    default: return nil
    }
}

func text(_ figure: Double) -> String { String(Double(Int(figure * 1_000)) / 1_000) }

func fail(_ message: String) -> Never {
    _ = (message + "\n").withCString { write(STDERR_FILENO, $0, strlen($0)) }
    exit(EX_USAGE)
}

guard CommandLine.arguments.count == 2 else { fail("usage: ring-bench ring|wide|mutex") }
let queue = CommandLine.arguments[1]
// Never: keeps the probes in the program for check-assembly to look at.
if queue == "probes" { print((try? runProbes()) ?? 0) }
while let column = readLine() {
    let figures: [Double]?
    switch queue {
    case "ring": figures = answer(column, LaneQueue<PressBody>.self, MergedQueue<PressBody>.self)
    case "wide": figures = answer(column, LaneQueue<WideBody>.self, MergedQueue<WideBody>.self)
    case "mutex": figures = answer(column, MutexQueue.self, MutexQueue.self)
    default: fail("ring-bench: unknown queue \(queue)")
    }
    guard let figures else { fail("ring-bench: unknown column \(column)") }
    print(figures.map(text).joined(separator: " "))
    fflush(nil)
}
