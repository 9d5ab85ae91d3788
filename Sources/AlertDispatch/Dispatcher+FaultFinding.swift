// Conditions that no unit reports of itself: found from its HELLO, its presses, its certificate. Docs/supervision.md.

import AlertModel

extension Dispatcher {
    /// SIA DC-09's window for a unit's clock, seconds ahead and behind.
    static var clockAheadMaxS: Int32 { 20 }
    static var clockBehindMaxS: Int32 { 40 }
    /// Days before a certificate's end at which that is told; from the second on it calls somebody.
    static var certificateDays: [Int32] { [30, 7, 1] }

    /// What a HELLO tells: the unit's clock, its certificate, its firmware.
    mutating func examine(_ link: LinkUp, of unit: UnitState) {
        if let ahead = link.clockAheadS {
            let isWrong = ahead > Self.clockAheadMaxS || ahead < -Self.clockBehindMaxS
            condition(.clockWrong, of: unit, isActive: isWrong, detail: ahead)
        }
        if link.certificateEndsAtS != 0 {
            unit.supervision.certificateEndsAtS = link.certificateEndsAtS
            examineCertificate(of: unit)
        }
        examineFirmware(of: unit)
    }

    /// Whether the unit has the firmware that its profile asks for.
    mutating func examineFirmware(of unit: UnitState) {
        guard !unit.boots.isEmpty else { return }
        let wanted = unit.record.profile.flatMap { profiles[$0]?.firmware }
        let isOther = wanted.map { $0 != unit.supervision.firmware } ?? false
        condition(
            .firmwareMismatch, of: unit, isActive: isOther,
            detail: Int32(truncatingIfNeeded: unit.supervision.firmware))
    }

    // MARK: Certificates

    /// How many days the unit's certificate has left, rounded up, and when that number passes the next mark.
    private mutating func examineCertificate(of unit: UnitState) {
        let key = TimerKey(.certificate, unit.record.id)
        let endsNs = Int64(unit.supervision.certificateEndsAtS) * 1_000_000_000
        let leftNs = endsNs.subtractingReportingOverflow(clock.wall(of: clock.now).nanoseconds)
        let dayNs: Int64 = 86_400 * 1_000_000_000
        guard !leftNs.overflow, unit.isRegistered else { return deadlines.disarm(key) }
        let days = Int32(clamping: (max(leftNs.partialValue, 0) + dayNs - 1) / dayNs)
        let isNear = days <= Self.certificateDays[0]
        let told = unit.faults.first { $0.kind == .certificateExpiring && $0.isActive }?.detail
        // Each mark is told anew.
        if let told, Self.mark(of: told) != Self.mark(of: days) {
            condition(.certificateExpiring, of: unit, isActive: false)
        }
        condition(.certificateExpiring, of: unit, isActive: isNear, detail: days)
        guard let next = Self.certificateDays.first(where: { $0 < days }) else { return deadlines.disarm(key) }
        let waitNs = leftNs.partialValue - Int64(next) * dayNs
        deadlines.arm(key, at: clock.now.advanced(byNanoseconds: UInt64(max(waitNs, 0))))
    }

    private static func mark(of days: Int32) -> Int32? { certificateDays.last { days <= $0 } }

    /// A certificate has come a step nearer to its end.
    mutating func certificateIsDue(_ id: UnitID) {
        guard let unit = units[id] else { return }
        examineCertificate(of: unit)
    }

    /// Whether what is only recorded at first has become urgent.
    func isPressing(_ kind: FaultKind, of unit: UnitState) -> Bool {
        guard kind == .certificateExpiring else { return false }
        return unit.faults.contains { $0.kind == kind && $0.isActive && $0.detail <= Self.certificateDays[1] }
    }

    // MARK: Presses

    /// What a press tells: a stuck button, or a child. Every press counts as before; this only tells of them.
    mutating func examine(_ press: Press, of unit: UnitState) {
        let policy = supervision
        guard policy.stormPresses > 0 else { return }
        let windowNs = UInt64(policy.stormWindowS) * 1_000_000_000
        if clock.now.nanosecondsSince(unit.supervision.pressesSince) > windowNs {
            unit.supervision.presses = 0
            unit.supervision.pressesSince = clock.now
        }
        unit.supervision.presses = unit.supervision.presses == .max ? .max : unit.supervision.presses + 1
        let isStorm = unit.supervision.found.contains(.buttonStuck)
        guard isStorm || unit.supervision.presses >= policy.stormPresses else { return }
        deadlines.arm(TimerKey(.stormCalm, unit.record.id), at: clock.now.advanced(bySeconds: policy.stormWindowS))
        condition(.buttonStuck, of: unit, isActive: true, detail: Int32(unit.supervision.presses))
    }

    /// Nobody has pressed for so long that the storm is over.
    mutating func stormIsOver(_ id: UnitID) {
        guard let unit = units[id] else { return }
        unit.supervision.presses = 0
        // What the unit reports itself it also ends itself.
        if unit.supervision.found.contains(.buttonStuck) { condition(.buttonStuck, of: unit, isActive: false) }
    }
}
