// What happens to a unit from outside: its button, its faults, its clock, its battery, its road, its carrier.

public import AlertModel
import UnitProtocol

extension FieldUnit {
    /// Somebody pushes the button; without a connection this also ends the wait for one.
    ///
    /// - Returns: what names the press for ever.
    public mutating func press(_ category: Category, now: Instant) -> MessageID {
        let message = PressMessage(
            boot: boot, counter: nextCounter(), category: category, pressedAt: clock(now),
            position: measurements.lastPosition(&chance))
        store(.press(message), now: now)
        return id(message.counter)
    }

    /// The caller takes a press of this boot back.
    ///
    /// - Returns: what names the cancel for ever.
    public mutating func cancel(pressCounter: UInt32, now: Instant) -> MessageID {
        let message = CancelMessage(
            boot: boot, counter: nextCounter(), pressCounter: pressCounter, cancelledAt: clock(now))
        store(.cancel(message), now: now)
        return id(message.counter)
    }

    /// The unit notices that a condition began or ended.
    ///
    /// - Returns: what names the report for ever.
    public mutating func report(_ fault: FaultKind, begins: Bool, detail: Int32, now: Instant) -> MessageID {
        let message = FaultMessage(
            boot: boot, counter: nextCounter(), fault: fault, changedAt: clock(now), detail: detail)
        store(begins ? .faultBegin(message) : .faultEnd(message), now: now)
        return id(message.counter)
    }

    /// The unit's clock goes wrong until the gateway sets it.
    ///
    /// - Parameter errorNs: ahead when positive; nil takes the clock away.
    public mutating func breakClock(errorNs: Int64?) { clockErrorNs = errorNs }

    /// What feeds the unit changes; it says so at once where it is connected.
    public mutating func feed(_ power: PowerSource, batteryPercent: Int, now: Instant) {
        measurements.power = power
        measurements.batteryPercent = batteryPercent
        if isOnline { reportState(now: now) }
    }

    /// The unit is somewhere else; it says so at once where it is connected.
    public mutating func move(to place: RoadPlace, now: Instant) {
        measurements.point = place.point
        measurements.speedCmS = place.speedCmS
        measurements.headingCentidegrees = place.headingCentidegrees
        if isOnline { sendPosition(now: now) }
    }

    /// Nothing gets through until then, not even a press; the driver closes the connection and says ``lost(now:)``.
    public mutating func cut(until time: MonotonicTime) { cutUntil = max(cutUntil ?? time, time) }

    /// The driver cannot let it connect now: it asks again within half a second.
    public mutating func postpone(now: Instant) {
        wait(until: now.monotonic.advanced(byNanoseconds: chance.nanoseconds(in: 20_000_000...500_000_000)))
    }

    /// Waits for its next try, and behind the end of a cut for a little more: not all come in step.
    mutating func wait(until time: MonotonicTime) {
        guard let cutUntil, time < cutUntil else {
            phase = .waiting(until: time)
            return
        }
        let laterNs = hasPress ? 0 : chance.nanoseconds(in: 0...Self.secondNs)
        phase = .waiting(until: cutUntil.advanced(byNanoseconds: laterNs))
    }

    private func id(_ counter: UInt32) -> MessageID { MessageID(unit: record.id, boot: boot, counter: counter) }
}
