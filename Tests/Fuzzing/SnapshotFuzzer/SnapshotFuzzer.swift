// The fuzzer of the dispatcher's durable state: snapshots from a disk, their files' first block, and the events that
// make a state. Built by Scripts/fuzz into one module with the sources it tries.
//
// Input: byte 0 chooses by its lowest two bits. 0, 3: a snapshot's body. 1: events, each a kind (1 byte), seconds since
// the one before (1 byte), bytes of its body (2 bytes, little-endian) and the body. 2: a snapshot's first block from
// its beginning; what is missing is zero.

/// libFuzzer's entry.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: start, count: count)
    guard let choice = input.first else { return 0 }
    let rest = UnsafeRawBufferPointer(rebasing: input[1...])
    switch choice & 3 {
    case 1: SnapshotFuzzer.fold(rest)
    case 2: SnapshotFuzzer.block(rest)
    default: SnapshotFuzzer.body(Array(rest))
    }
    return 0
}

enum SnapshotFuzzer {
    /// Any bytes are refused with a place inside them, or give a state that holds together, goes on and is written again.
    static func body(_ bytes: [UInt8]) {
        var state: Dispatcher
        do throws(StateDecodingError) {
            state = try Dispatcher.restored(from: bytes)
        } catch {
            return demand(error.offset >= 0 && error.offset <= bytes.count, "the place is outside the snapshot")
        }
        checkWhole(state, "restored")
        checkAgain(state)
        goOn(&state)
    }

    /// Events as they stand in a journal lead to a state that holds together and comes back from its own snapshot.
    static func fold(_ input: UnsafeRawBufferPointer) {
        var state = Dispatcher()
        var effects: [Effect] = []
        var seconds: UInt64 = 1_800_000_000
        var offset = 0
        var events = 0
        var owners: [LinkID: UnitID] = [:]
        while offset + 4 <= input.count, events < 64 {
            let length = Int(input[offset + 2]) | Int(input[offset + 3]) << 8
            let end = min(offset + 4 + length, input.count)
            seconds += UInt64(input[offset + 1])
            let body = UnsafeRawBufferPointer(rebasing: input[offset + 4..<end])
            if let event = try? Event(kind: input[offset], body: body), isPossible(event, &owners) {
                state.step(event, sequence: state.lastSequence.next, at: instant(seconds), effects: &effects)
                effects.removeAll(keepingCapacity: true)
            }
            offset = end
            events += 1
        }
        checkWhole(state, "folded")
        checkAgain(state)
        goOn(&state)
    }

    /// A gateway gives each link a number of its own; the journal of one that did not is not a journal.
    private static func isPossible(_ event: Event, _ owners: inout [LinkID: UnitID]) -> Bool {
        guard case .linkUp(let up) = event else { return true }
        let owner = owners[up.link] ?? up.unit
        owners[up.link] = owner
        return owner == up.unit
    }

    /// What is taken of a first block is written the same.
    static func block(_ input: UnsafeRawBufferPointer) {
        withUnsafeTemporaryAllocation(byteCount: SnapshotHeader.bytes, alignment: 8) { block in
            let given = min(input.count, block.count - 4)
            block.initializeMemory(as: UInt8.self, repeating: 0)
            block.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[..<given]))
            guard let decoded = try? SnapshotHeader.decode(UnsafeRawBufferPointer(block), checksum: { _, _ in 0 }),
                let bodyBytes = Int(exactly: decoded.bodyBytes)
            else { return }
            let again = decoded.header.encode(
                bodyBytes: bodyBytes, digest: decoded.digest, checksum: { _, _ in 0 })
            again.withUnsafeBytes { bytes in
                do throws(SnapshotRefusal.Reason) {
                    let second = try SnapshotHeader.decode(bytes, checksum: { _, _ in 0 })
                    demand(
                        second.header == decoded.header && second.bodyBytes == decoded.bodyBytes
                            && second.digest == decoded.digest, "the block changes on its way")
                } catch { fatalError("an encoded block is refused: \(error)") }
            }
        }
    }

    private static func instant(_ seconds: UInt64) -> Instant {
        Instant(
            wall: WallTime(nanoseconds: Int64(seconds) * 1_000_000_000),
            monotonic: MonotonicTime(nanoseconds: (seconds - 1_799_000_000) * 1_000_000_000))
    }

    private static func checkWhole(_ state: borrowing Dispatcher, _ how: String) {
        if let wrong = state.checkInvariants().first { fatalError("a \(how) state contradicts itself: \(wrong)") }
    }

    private static func checkAgain(_ state: borrowing Dispatcher) {
        var bytes = state.snapshot()
        var prefix = ""
        #if CANARY
            // A writer that loses the last byte of states in which something happened often.
            let totals = state.totals
            let often = [
                totals.pressesRepeated, totals.testCalls, totals.alertsClaimed, totals.commandsRefused,
                totals.timersFired, totals.escalations, totals.auditsFound, totals.unitsLost,
            ]
            if isCanaryArmed, often.contains(where: { $0 >= 0x10 }) {
                bytes.removeLast()
                prefix = "canary: "
            }
        #endif
        do throws(StateDecodingError) {
            let again = try Dispatcher.restored(from: bytes)
            demand(again.stateHash() == state.stateHash(), "\(prefix)the state changes on its way")
            demand(again.snapshot() == bytes, "\(prefix)the snapshot changes on its way")
        } catch {
            fatalError("\(prefix)a snapshot of our own is refused: \(error)")
        }
    }

    /// A start on this state: the gateway starts, what is due fires, a unit presses. Nothing traps, and the state stays whole.
    private static func goOn(_ state: inout Dispatcher) {
        var effects: [Effect] = []
        var events: [Event] = []
        let unit = state.unitIDs.first ?? (try? UnitID("kz-1"))
        guard let unit, let centre = state.centres.first?.id ?? (try? CentreID("astana")) else { return }
        let now = instant(1_800_100_000)
        events.append(.gatewayStarted(GatewayStarted(defaultCentre: centre)))
        events.append(
            .press(
                Press(
                    id: MessageID(unit: unit, boot: 9, counter: 9), category: .police, pressedAt: now.wall,
                    receivedAt: now.wall, position: nil)))
        for event in events { state.step(event, sequence: state.lastSequence.next, at: now, effects: &effects) }
        events.removeAll()
        state.dueTimers(at: now.monotonic, max: 16, into: &events)
        for event in events { state.step(event, sequence: state.lastSequence.next, at: now, effects: &effects) }
        checkWhole(state, "continued")
    }
}
