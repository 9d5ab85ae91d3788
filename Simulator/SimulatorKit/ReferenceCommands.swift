// The reference model's account of commands to units: which are under way, and when each must be over.

import AlertDispatch
import AlertModel

struct ReferenceCommands {
    private struct Underway {
        let unit: UnitID
        let dueNs: UInt64
    }

    private var open: [JournalSequence: Underway] = [:]

    /// What is under way, oldest first.
    var all: [JournalSequence] { open.keys.sorted() }

    func of(_ unit: UnitID) -> [JournalSequence] { all.filter { open[$0]?.unit == unit } }

    /// - Returns: why it is not given; nil when it is.
    mutating func give(
        _ given: UnitCommand, _ sequence: JournalSequence, nowNs: UInt64, isRegistered: Bool
    ) -> RefusalReason? {
        if !isRegistered { return .unitUnknown }
        if given.timeoutS == 0 || given.timeoutS > 3_600 { return .unitCommandWrong }
        if of(given.unit).count >= 8 { return .unitCommandsFull }
        open[sequence] = Underway(unit: given.unit, dueNs: nowNs + UInt64(given.timeoutS) * 1_000_000_000)
        return nil
    }

    mutating func answered(_ answer: UnitCommandAnswer) {
        guard let known = open[answer.id], known.unit == answer.unit else { return }
        switch answer.state {
        case .done, .refused, .failed, .notSupported, .expired: open[answer.id] = nil
        case .waiting, .sent, .started, .timedOut: break
        }
    }

    mutating func fired(_ fired: TimerFired, nowNs: UInt64) {
        guard let unit = fired.key.id(UnitID.self) else { return }
        let dues = of(unit).compactMap { open[$0]?.dueNs }
        guard dues.min() == fired.due.nanoseconds else { return }
        for id in of(unit) where (open[id]?.dueNs ?? .max) <= nowNs { open[id] = nil }
    }

    /// What should have been over long ago.
    func late(atNs nowNs: UInt64, byMs: UInt64) -> [JournalSequence] {
        all.filter { id in (open[id]?.dueNs ?? .max) + byMs * 1_000_000 < nowNs }
    }
}

extension Referee {
    /// The same commands are under way as the model has it.
    func checkCommands(_ gateway: SimulatedGateway) {
        for unit in gateway.dispatcher.unitIDs {
            let (found, expected) = (gateway.dispatcher.openCommands(unit).map(\.id), model.commands.of(unit))
            if found != expected {
                report(
                    .agreesWithModel,
                    "\(unit) has commands \(found.map(\.value)) under way, not \(expected.map(\.value))",
                    unit: unit)
            }
        }
    }
}
