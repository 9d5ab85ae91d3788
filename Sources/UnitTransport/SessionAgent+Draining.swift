// Emptying the gateway: links are redirected one after another, none in the middle of what it has to say.

internal import AlertModel
internal import LinuxIO
internal import Telemetry
internal import UnitProtocol

extension SessionAgent {
    /// While a link waits to be ready, or for its turn, the agent looks this often, ms.
    private static let drainLookMs: Int32 = 20

    /// Redirects the links whose turn it is: first those of units without an open alert, then the others.
    ///
    /// - Returns: links looked at, while there are more to look at in this round.
    func drainLinks(now: Instant) -> Int {
        if drain.refresh(), drain.order == nil { forgetLeaving() }
        guard let order = drain.order, openLinks > 0 else { return 0 }
        var looked = 0
        while looked < limits.linksJudgedPerTurnMax, drain.pace.isDue(at: now.monotonic) {
            guard drain.place < table.places else {
                drain.takesAlerted = !drain.metPlain
                drain.metPlain = false
                drain.place = 0
                return 0
            }
            let place = drain.place
            drain.place += 1
            looked += 1
            guard table.isTaken(place), table[place].pointee.phase == .open else { continue }
            let isAlerted = table[place].pointee.hasOpenAlert
            if !isAlerted { drain.metPlain = true }
            guard !isAlerted || drain.takesAlerted, isReadyToLeave(place, now: now) else { continue }
            drain.pace.take(perSecond: order.unitsPerSecond, at: now.monotonic)
            redirect(place, to: order, now: now)
        }
        return looked
    }

    /// How long the agent may sleep for the drain's sake; `most` when nothing is left to do.
    func drainWaitMs(most: Int32, from now: MonotonicTime) -> Int32 {
        guard drain.order != nil, openLinks > 0 else { return most }
        let untilNs = drain.pace.nextAt.nanoseconds - min(drain.pace.nextAt.nanoseconds, now.nanoseconds)
        return min(most, max(Self.drainLookMs, Int32(clamping: untilNs / 1_000_000 + 1)))
    }

    /// A new link while the gateway is emptied: it goes at once, unless a press is pending, which is served first.
    ///
    /// - Returns: whether the link goes on.
    func drainNewcomer(_ place: Int, isPressPending: Bool, now: Instant) -> Bool {
        guard let order = drain.order else { return true }
        guard isPressPending else {
            redirect(place, to: order, now: now)
            return false
        }
        table[place].pointee.leavesWhenServed = true
        table[place].pointee.awaited = Connection.awaitedUnknown
        table[place].pointee.awaitedSince = now.monotonic
        return true
    }

    /// A stored message came whose answer must reach the unit here, or it would be stored twice in two gateways.
    func awaitAnswer(boot: UInt32, counter: UInt32, of place: Int, isTest: Bool = false, now: Instant) {
        let name = Connection.awaitedName(boot: boot, counter: counter)
        guard table[place].pointee.awaited != name else { return }
        table[place].pointee.awaited = name
        table[place].pointee.awaitedSince = now.monotonic
        table[place].pointee.awaitsTest = isTest
    }

    /// An answer was put into the link's queue; a newcomer that only waited for it leaves.
    func answered(boot: UInt32, counter: UInt32, of place: Int, now: Instant) {
        guard table[place].pointee.awaited == Connection.awaitedName(boot: boot, counter: counter) else { return }
        table[place].pointee.awaited = Connection.awaitedNothing
        if table[place].pointee.leavesWhenServed, let order = drain.order { redirect(place, to: order, now: now) }
    }

    /// A stage says whether the unit has an open alert; a test call makes none.
    func noteAlert(_ stage: Stage, boot: UInt32, counter: UInt32, of place: Int) {
        let connection = table[place]
        let name = Connection.awaitedName(boot: boot, counter: counter)
        if connection.pointee.awaitsTest && connection.pointee.awaited == name { return }
        connection.pointee.hasOpenAlert = stage != .closed
    }

    private func isReadyToLeave(_ place: Int, now: Instant) -> Bool {
        let connection = table[place]
        guard connection.pointee.outbound.isEmpty, !connection.pointee.isResuming,
            connection.pointee.frameBegunAt == nil
        else { return false }
        let sinceNs = now.monotonic.nanosecondsSince(connection.pointee.awaitedSince)
        // An answer that does not come for so long will not come here: the unit takes its message with it.
        let restMs =
            connection.pointee.awaited == Connection.awaitedNothing ? limits.drainRestMs : limits.drainAnswerMs
        return sinceNs >= UInt64(restMs) * 1_000_000
    }

    private func redirect(_ place: Int, to order: DrainOrder, now: Instant) {
        put(.redirect(Redirect(host: order.host, port: order.port, retryAfterS: 0)), table[place])
        end(place, .redirected, "to \(order.host):\(order.port)", now: now)
        drain.countRedirected()
    }

    /// The order was taken back: who was to leave stays.
    private func forgetLeaving() {
        for place in 0..<table.places where table.isTaken(place) { table[place].pointee.leavesWhenServed = false }
    }
}
