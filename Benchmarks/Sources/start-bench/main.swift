// How long a start takes with millions of records, from the beginning and from a snapshot.
//   start-bench make DIRECTORY [RECORDS] [UNITS]   writes a journal (10,000,000 records, 20,000 units)
//   start-bench time DIRECTORY                     times both starts and the making of the snapshot

import AlertDispatch
import AlertModel
import Journal
import JournalFiles
import Glibc
import LinuxIO
import Telemetry

let clock = SystemClock()

func fail(_ text: String) -> Never {
    print("start-bench: \(text)")
    exit(64)
}

/// A moment by the clock on the wall and by the processor's time of this process.
struct Moment {
    let wall = clock.now().monotonic
    let cpuMs: Int

    init() {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        cpuMs = time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
    }
}

/// Prints what a step took; on a machine with other work the processor's time is the truer one.
func report(_ what: String, since start: Moment, _ detail: String = "") {
    let end = Moment()
    let ms = end.wall.nanosecondsSince(start.wall) / 1_000_000
    print("| \(what) | \(ms) ms | \(end.cpuMs - start.cpuMs) ms | \(detail) |")
}

func make(_ directory: String, records: Int, units: Int) throws {
    var events = try EventSource(units: units)
    var writer = try JournalWriter.open(directory: directory, counters: Counters()) { (_) throws(JournalError) in }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: Event.bodyBytesMax, alignment: 8)
    defer { memory.deallocate() }
    let start = Moment()
    for _ in 0..<records {
        let event = events.next(sequence: writer.lastSequence.next)
        let at = Instant(wall: events.now, monotonic: MonotonicTime(nanoseconds: 1))
        guard let bytes = event.encode(into: memory) else { fail("an event does not fit") }
        if writer.batchIsFull { try writer.commit() }
        _ = try writer.append(
            kind: event.kind.rawValue, at: at, body: UnsafeRawBufferPointer(rebasing: memory[..<bytes]))
    }
    try writer.commit()
    report("journal written", since: start, "\(writer.lastSequence.value) records")
}

func apply(
    _ record: JournalRecord, to dispatcher: inout Dispatcher, _ effects: inout [Effect]
) throws(JournalError) {
    do throws(DecodeError) {
        let event = try Event(kind: record.kind, body: record.body)
        dispatcher.step(event, sequence: record.sequence, at: record.instant, effects: &effects)
        effects.removeAll(keepingCapacity: true)
    } catch {
        throw JournalError(.newerVersion, sequence: record.sequence, reason: "\(error)")
    }
}

/// Opens the journal and folds what lies behind the state.
func open(_ directory: String, _ dispatcher: inout Dispatcher, _ what: String) throws {
    var effects: [Effect] = []
    let start = Moment()
    let from = dispatcher.lastSequence.next
    let writer = try JournalWriter.open(directory: directory, counters: Counters(), from: from) {
        (record) throws(JournalError) in try apply(record, to: &dispatcher, &effects)
    }
    report(what, since: start, "\(writer.report.replayed) records of \(writer.lastSequence.value)")
}

func time(_ directory: String) throws {
    print("| what | time | processor | |\n|---|---|---|---|")
    let digests = try JournalDigests.standard()
    for name in try SnapshotFiles.list(in: directory) { try SnapshotFiles.setAside(name, in: directory) }
    var whole = Dispatcher()
    try open(directory, &whole, "start from the beginning")
    let segments = try JournalDirectory.segments(in: directory)
    guard segments.count > 1 else { fail("the journal has one segment; make at least 2,000,000 records") }
    var dispatcher = Dispatcher()
    var effects: [Effect] = []
    var chain = ChainValue.zero
    var identity = JournalIdentity(high: 0, low: 0)
    var start = Moment()
    for segment in segments.dropLast() {
        let read = try ClosedSegments.read(segment, in: directory, previous: chain, digests: digests) {
            (record) throws(JournalError) in try apply(record, to: &dispatcher, &effects)
        }
        (chain, identity) = (read.chain, read.identity)
    }
    report("archivist: segments verified and folded", since: start, "\(segments.count - 1) segments")
    start = Moment()
    let body = dispatcher.snapshot()
    report("archivist: state encoded", since: start, "\(body.count) bytes")
    start = Moment()
    let hash = dispatcher.stateHash()
    report("archivist: state hashed", since: start, "\(dispatcher.totals.pressesStored) presses")
    start = Moment()
    let header = SnapshotHeader(
        sequence: dispatcher.lastSequence, identity: identity, stateHash: hash,
        lastAlertChange: dispatcher.lastAlertChange, created: clock.now().wall, chain: chain)
    try SnapshotFiles.write(Snapshot(header: header, body: body), in: directory, digests: digests)
    report("archivist: snapshot written", since: start)
    let began = Moment()
    start = began
    let snapshot = try SnapshotFiles.read(header.sequence, in: directory, digests: digests)
    try ClosedSegments.check(snapshot.header, against: segments, in: directory, digests: digests)
    report("snapshot read and checked", since: start)
    start = Moment()
    var restored = try Dispatcher.restored(from: snapshot.body)
    guard restored.stateHash() == header.stateHash else { fail("the snapshot gives another state") }
    report("state decoded and checked", since: start)
    try open(directory, &restored, "journal behind it replayed")
    report("start from the snapshot, all", since: began)
    let hashes = (whole.stateHash(), restored.stateHash())
    print("same state hash: \(hashes.0 == hashes.1)")
    guard hashes.0 == hashes.1 else { exit(1) }
}

let arguments = CommandLine.arguments
guard arguments.count >= 3 else { fail("usage: start-bench make|time DIRECTORY [RECORDS] [UNITS]") }
switch arguments[1] {
case "make":
    let records = arguments.count > 3 ? Int(arguments[3]) : 10_000_000
    let units = arguments.count > 4 ? Int(arguments[4]) : 20_000
    guard let records, let units, records > 0, units > 10 else { fail("RECORDS and UNITS are numbers") }
    try make(arguments[2], records: records, units: units)
case "time": try time(arguments[2])
default: fail("usage: start-bench make|time DIRECTORY [RECORDS] [UNITS]")
}
