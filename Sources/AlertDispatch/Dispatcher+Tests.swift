// Test calls: each supervised unit makes one in time, or is told of. Docs/supervision.md, section "Test calls".

import AlertModel

extension Dispatcher {
    /// Parts that a test call tests, and what stands for each that failed.
    private static var testedParts: [(result: TestResults, fault: FaultKind)] {
        [
            (.batteryFailed, .batteryLow), (.microphoneFailed, .microphone), (.speakerFailed, .speaker),
            (.cameraFailed, .camera),
        ]
    }

    /// What the condition ``FaultKind/testMissed`` carries when the unit had no link as its call fell due.
    static var missedWhileAway: Int32 { 1 }

    /// Nanoseconds within which a unit must make a test call; nil when none is asked of it.
    func testEveryNs(_ unit: UnitState) -> UInt64? {
        guard unit.isSupervised else { return nil }
        let profile = unit.record.profile.flatMap { profiles[$0] }
        let hours = profile?.testEveryH ?? supervision.testEveryH
        return hours == 0 ? nil : UInt64(hours) * 3_600_000_000_000
    }

    /// A unit made its test call: the next is counted from here.
    mutating func testCalled(_ unit: UnitState, _ press: Press, at now: WallTime, effects: inout [Effect]) {
        unit.lastTestAt = now
        unit.supervision.lastTest = press.results
        unit.supervision.testSince = clock.now
        if let results = press.results { take(results, of: press.id, unit, at: now) }
        awaitTest(of: unit)
        publish(unit, effects: &effects)
    }

    /// Of each part the unit's latest word counts, be it a FAULT report or a test call, by the order in which the
    /// unit sent them.
    private mutating func take(
        _ results: TestResults, of test: MessageID, _ unit: UnitState, at now: WallTime
    ) {
        for (result, kind) in Self.testedParts {
            let hasFailed = results.contains(result)
            let known = unit.faults.first { $0.kind == kind }
            if known == nil, !hasFailed { continue }
            if let known, !unit.isLater(test, than: known.report) { continue }
            let isNew = known?.isActive ?? false != hasFailed
            let detail = isNew ? 0 : known?.detail ?? 0
            unit.set(
                UnitFault(
                    kind: kind, isActive: hasFailed, report: test,
                    changedAt: isNew ? now : known?.changedAt ?? now, detail: detail))
            if isNew { conditionsChanged(unit, kind) }
        }
    }

    /// Sets the deadline for the unit's next test call by what is asked of it now. One that stands stays when it is
    /// the same; one that was missed stays missed until the call comes or is not due any more.
    mutating func awaitTest(of unit: UnitState) {
        let key = TimerKey(.testDue, unit.record.id)
        guard let everyNs = testEveryNs(unit) else {
            if !unit.isSupervised { unit.supervision.testSince = nil }
            deadlines.disarm(key)
            return condition(.testMissed, of: unit, isActive: false)
        }
        let since = unit.supervision.testSince ?? clock.now
        unit.supervision.testSince = since
        let due = since.advanced(byNanoseconds: everyNs)
        if due <= clock.now, unit.activeFaults.contains(.testMissed) { return }
        condition(.testMissed, of: unit, isActive: false)
        if deadlines.armed[key]?.due != due { deadlines.arm(key, at: due) }
    }

    /// A new process: a call that fell due while none could be taken, or does so before the unit is back, has the
    /// unit's reporting time and the start's grace.
    mutating func awaitTestAfterStart(of unit: UnitState) {
        awaitTest(of: unit)
        graceTest(
            of: unit,
            until: clock.now.advanced(bySeconds: unit.record.reportingTimeS).advanced(
                bySeconds: supervision.startGraceS))
    }

    /// A unit connected. A call that fell due while it was away could not be made: it has the start's grace for it.
    mutating func awaitTestAfterLinkUp(of unit: UnitState) {
        let missed = unit.faults.first { $0.kind == .testMissed && $0.isActive }
        guard missed?.detail == Self.missedWhileAway else { return awaitTest(of: unit) }
        condition(.testMissed, of: unit, isActive: false)
        graceTest(of: unit, until: clock.now.advanced(bySeconds: supervision.startGraceS))
        awaitTest(of: unit)
    }

    /// Counts the time for the next call from so late that it is not due before `end`.
    private mutating func graceTest(of unit: UnitState, until end: JournalTime) {
        guard let everyNs = testEveryNs(unit), let since = unit.supervision.testSince,
            since.advanced(byNanoseconds: everyNs) < end, !unit.activeFaults.contains(.testMissed)
        else { return }
        unit.supervision.testSince = JournalTime(nanoseconds: end.nanoseconds - everyNs)
        awaitTest(of: unit)
    }

    /// A unit's test call did not come in time.
    mutating func testIsDue(_ id: UnitID, effects: inout [Effect]) {
        guard let unit = units[id], testEveryNs(unit) != nil else { return }
        totals.testsMissed &+= 1
        condition(
            .testMissed, of: unit, isActive: true, detail: unit.links.isEmpty ? Self.missedWhileAway : 0)
        publish(unit, effects: &effects)
    }

    /// A kind of unit has other rules.
    mutating func profileRegistered(_ profile: ProfileRecord) {
        guard profiles[profile.id] != profile else { return }
        profiles[profile.id] = profile
        for id in units.keys.sorted() {
            guard let unit = units[id], unit.record.profile == profile.id else { continue }
            examineFirmware(of: unit)
            awaitTest(of: unit)
            reviewSoon(unit)
        }
    }

    /// A unit that is awaited has its deadline or has missed it; no other has either.
    func checkTests(_ id: UnitID, _ unit: UnitState, _ wrong: inout [String]) {
        let armed = deadlines.armed[TimerKey(.testDue, id)]
        let isMissed = unit.activeFaults.contains(.testMissed)
        guard let everyNs = testEveryNs(unit) else {
            if armed != nil || isMissed { wrong.append("no test call is asked of \(id), and one is awaited") }
            return
        }
        if (armed != nil) == isMissed { wrong.append("the next test call of \(id) is awaited twice or never") }
        guard let since = unit.supervision.testSince else {
            return wrong.append("a test call of \(id) is awaited since never")
        }
        if let armed, armed.due != since.advanced(byNanoseconds: everyNs) {
            wrong.append("the next test call of \(id) is awaited at the wrong time")
        }
    }
}
