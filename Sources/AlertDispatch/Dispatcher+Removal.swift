// A centre that leaves the registry: what waits there goes elsewhere, and nothing leads there any more.

import AlertModel

extension Dispatcher {
    /// What waits goes to the first that takes it of fail-over centre, neighbour, duty desk and default centre, and to
    /// the default centre if none does. What somebody has claimed stays with its owner. Policy and situation are
    /// forgotten; other centres' policies may still name it and are passed over there. O(n log n) in all alerts.
    mutating func centreRemoved(_ centre: CentreID, effects: inout [Effect]) {
        guard centresByID.removeValue(forKey: centre) != nil else { return }
        let target = substitute(for: centre) ?? refuge(from: centre)
        policies[centre] = nil
        deadlines.disarm(TimerKey(.centreUnwatched, centre))
        situations[centre] = CentreSituation(removedAt: clock.latest?.wall)
        publish(centre, effects: &effects)
        for id in alerts.keys.sorted() {
            guard let state = alerts[id], state.isWaiting else { continue }
            if state.takenFrom == centre { state.takenFrom = nil }
            guard state.alert.centre == centre || state.wait.centre == centre else { continue }
            if state.alert.centre == centre, let target {
                requeue(state) { $0.move(to: target) }
                state.wait.progressAt = clock.now
            }
            if state.wait.centre == centre {
                state.wait.centre = state.alert.centre
                armNextStep(of: state)
            } else {
                armUnseen(state)
            }
            publish(state, effects: &effects)
        }
    }

    /// Before an alert waits again: it leaves a centre that is no more.
    ///
    /// - Returns: whether it did.
    mutating func leaveRemoved(_ state: AlertState) -> Bool {
        let centre = state.alert.centre
        guard situation(of: centre).isRemoved, let target = substitute(for: centre) ?? refuge(from: centre) else {
            return false
        }
        requeue(state) { $0.move(to: target) }
        return true
    }

    /// The default centre, whether it takes anything or not, when it is another and still there.
    private func refuge(from centre: CentreID) -> CentreID? {
        guard let defaultCentre, defaultCentre != centre, !situation(of: defaultCentre).isRemoved else {
            return nil
        }
        return defaultCentre
    }
}
