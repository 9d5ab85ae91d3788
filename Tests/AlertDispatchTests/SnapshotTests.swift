import AlertModel
import Foundation
import Testing

@testable import AlertDispatch

@Suite("Snapshots hold the whole durable state")
struct SnapshotTests {
    /// `SNAPSHOT_CASES=1000000 swift test -c release --filter SnapshotTests` for more.
    private static let cases = ProcessInfo.processInfo.environment["SNAPSHOT_CASES"].flatMap(UInt64.init) ?? 10_000

    @Test("the same state, the same bytes, and the same behaviour for any continuation", .timeLimit(.minutes(10)))
    func roundTrip() throws {
        var alerts: UInt64 = 0
        var closed = 0
        for seed in 1...Self.cases {
            var history = RandomHistory(seed: seed)
            var original = Dispatcher()
            var effects: [Effect] = []
            for _ in 0..<history.below(90) {
                let (event, at) = history.next(original)
                original.step(event, sequence: original.lastSequence.next, at: at, effects: &effects)
            }
            let bytes = original.snapshot()
            var copy = try Dispatcher.restored(from: bytes)
            let hashes = (original.stateHash(), copy.stateHash())
            #expect(hashes.0 == hashes.1, "seed \(seed)")
            let again = copy.snapshot()
            #expect(again == bytes, "seed \(seed)")
            for _ in 0..<15 {
                let (event, at) = history.next(original)
                var expected: [Effect] = []
                var found: [Effect] = []
                let sequence = original.lastSequence.next
                original.step(event, sequence: sequence, at: at, effects: &expected)
                copy.step(event, sequence: sequence, at: at, effects: &found)
                #expect(expected == found, "seed \(seed), record \(sequence.value)")
            }
            let ends = (original.stateHash(), copy.stateHash(), original.totals, copy.totals)
            #expect(ends.0 == ends.1 && ends.2 == ends.3, "seed \(seed)")
            alerts += ends.2.alertsRaised
            closed += copy.closedAlerts.count
        }
        // Histories in which nothing happens prove nothing.
        #expect(alerts > Self.cases && closed > Int(Self.cases / 100), "\(alerts) alerts, \(closed) forgotten")
    }

    @Test("damaged bytes are refused or give a state that holds together", .timeLimit(.minutes(5)))
    func hostile() throws {
        var refused = 0
        for seed in UInt64(1)...2_000 {
            var history = RandomHistory(seed: seed)
            var original = Dispatcher()
            var effects: [Effect] = []
            for _ in 0..<40 {
                let (event, at) = history.next(original)
                original.step(event, sequence: original.lastSequence.next, at: at, effects: &effects)
            }
            var bytes = original.snapshot()
            switch history.below(4) {
            case 0: bytes.removeLast(1 + history.below(bytes.count))
            case 1: bytes.append(UInt8(history.below(256)))
            default:
                for _ in 0...history.below(3) { bytes[history.below(bytes.count)] = UInt8(history.below(256)) }
            }
            do throws(StateDecodingError) {
                let copy = try Dispatcher.restored(from: bytes)
                let wrong = copy.checkInvariants()
                #expect(wrong.isEmpty, "seed \(seed)")
                _ = copy.snapshot()
            } catch {
                refused += 1
                #expect(error.offset <= bytes.count, "seed \(seed)")
            }
        }
        #expect(refused > 500)
    }

    @Test("a count that the bytes cannot hold takes no memory; a later version is named")
    func absurd() throws {
        let start: [UInt8] = [UInt8(Dispatcher.snapshotVersion), 1, 0] + [UInt8](repeating: 0, count: 16 + 16)
        #expect(throws: StateDecodingError(.truncated, offset: 45)) {
            try Self.discard(start + [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01])
        }
        #expect(throws: StateDecodingError(.newerVersion(99), offset: 1)) { try Self.discard([99]) }
        #expect(throws: StateDecodingError(.truncated, offset: 0)) { try Self.discard([]) }
    }

    private static func discard(_ bytes: [UInt8]) throws(StateDecodingError) {
        _ = try Dispatcher.restored(from: bytes)
    }

    /// A property that is added here without being added to the snapshot is lost at the next start. Who changes
    /// one of these numbers or lists has changed the snapshot as well, raised its version and kept reading the
    /// former one.
    @Test("the snapshot knows every stored property")
    func everyProperty() throws {
        let state = AlertState(
            Alert(
                id: AlertID(1), unit: unitA, centre: World.astana, category: .police, priority: .life,
                press: MessageID(unit: unitA, boot: 1, counter: 1), pressedAt: WallTime(nanoseconds: 1),
                receivedAt: WallTime(nanoseconds: 1), storedAt: WallTime(nanoseconds: 1), position: nil))
        let record = UnitRecord(id: unitA, centre: World.astana, place: "", point: nil, reportingTimeS: 90)
        #expect(
            names(UnitState(record: record, isRegistered: true))
                == "record isRegistered links linkChangedAt boots latestAlert lastTestAt faults presses isShown "
                + "supervision technicalAlert capabilities commands routine"
        )
        #expect(names(state) == "alert latestPress cancelledBy stageAt furthestStage wait takenFrom")
        #expect(
            names(state.alert)
                == "id unit centre category priority stage changedBy press pressedAt receivedAt pressCount lastPressAt "
                + "position storedAt ringingAt answeredAt dispatchedAt arrivedAt closedAt cancelledAt owner "
                + "confirmedStage outcome note escalation formerCentre nextStepAt ringCount auditCount faults "
                + "clearedAt outage queuePriority"
        )
        #expect(names(record) == "id centre place point reportingTimeS profile carrier secondCarrier road")
        #expect(names(CentreRecord(id: World.astana, name: "")) == "id name kind point state")
        #expect(
            names(DispatchTotals())
                == "pressesStored pressesRepeated testCalls alertsRaised alertsClaimed alertsClosed commandsRefused "
                + "timersFired escalations auditsFound unitsLost technicalAlerts outages testsMissed "
                + "unitCommands unitCommandsTimedOut"
        )
        #expect(names(StoredPress(alert: AlertID(1), storedAt: WallTime(nanoseconds: 1))) == "alert storedAt")
        #expect(names(ClosedAlert(closedAt: WallTime(nanoseconds: 1), owner: nil)) == "closedAt owner")
        #expect(names(CentreSituation()) == "state consoles isUnreachable isRemoved changedAt")
        #expect(names(AreaTable()) == "shapes staged grid")
        #expect(
            names(StagedArea(centre: World.astana, count: 2, next: 1, points: [])) == "centre count next points")
        #expect(names(state.wait) == "centre startedAt progressAt isSeen")
        #expect(
            names(CentrePolicy(centre: World.astana))
                == "centre reRingS supervisorsS neighbourS failoverS dutyDeskS unseenS starvationS neighbour failover dutyDesk "
                + "priorities"
        )
        #expect(names(LinkPair()) == "older newer olderPath newerPath")
        #expect(
            names(UnitSupervision())
                == "pathsSeen lostAt isLossHeld outage answered found downs downsSince presses pressesSince lastTest "
                + "testSince certificateEndsAtS firmware maintenanceEndsAt")
        let fault = UnitFault(
            kind: .camera, isActive: true, report: state.latestPress, changedAt: WallTime(nanoseconds: 1),
            detail: 1)
        #expect(names(fault) == "kind isActive report changedAt detail")
        let point = try #require(GeoPoint(latitudeE7: 1, longitudeE7: 1))
        #expect(names(LastPosition(point: point, accuracyCm: 1, ageS: 1)) == "point accuracyCm ageS")
        // A dispatcher cannot be mirrored: its size tells that a property was added or taken.
        #expect(MemoryLayout<Dispatcher>.size == 392)
    }

    private func names(_ value: some Any) -> String {
        Mirror(reflecting: value).children.compactMap(\.label).joined(separator: " ")
    }

    @Test("a press takes about a dozen bytes, and 100,000 are written and read in no time")
    func size() throws {
        var original = Dispatcher()
        var effects: [Effect] = []
        let units: [UnitID] = (0..<1_000).map { id("unit-\($0)") }
        for number in UInt64(1)...100_000 {
            // Test calls, every unit once in 72 hours.
            let at = Instant(
                wall: WallTime(nanoseconds: 1_800_000_000_000_000_000 + Int64(number) * 259_200_000_123),
                monotonic: MonotonicTime(nanoseconds: 1))
            let press = Press(
                id: MessageID(unit: units[Int(number % 1_000)], boot: 7, counter: UInt32(number / 1_000)),
                category: .test, pressedAt: at.wall, receivedAt: at.wall, position: nil)
            original.step(.press(press), sequence: JournalSequence(number), at: at, effects: &effects)
            effects.removeAll(keepingCapacity: true)
        }
        let bytes = original.snapshot()
        #expect(bytes.count < 13 * 100_000 + 100 * 1_000)
        let copy = try Dispatcher.restored(from: bytes)
        let isSame = copy.stateHash() == original.stateHash()
        #expect(isSame)
    }
}
