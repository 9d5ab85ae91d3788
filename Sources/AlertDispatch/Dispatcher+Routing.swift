// From a unit and a position to a centre, by the registry's areas and desks.

public import AlertModel

extension Dispatcher {
    /// Areas of the registry in order of identifier.
    public var areas: [AreaRecord] { areaTable.shapes.values.map(\.record).sorted { $0.id < $1.id } }

    /// Where a press of a unit belongs, whether that centre takes it or not.
    ///
    /// Cost: with 10,000 areas some microseconds; only when nobody registered the unit, O(n) in the centres.
    public func route(_ unit: UnitID, position: LastPosition?) -> Route {
        route(units[unit], position: position)
    }

    func route(_ unit: UnitState?, position: LastPosition?) -> Route {
        let registered = unit.flatMap { $0.isRegistered && exists($0.record.centre) ? $0.record.centre : nil }
        if let registered, unit?.record.point != nil { return Route(centre: registered, rule: .surveyed) }
        let point = Routing.point(of: position)
        if let point, let area = areaTable.grid.smallest(at: point).shape?.record, exists(area.centre) {
            return Route(centre: area.centre, rule: .area)
        }
        if let registered { return Route(centre: registered, rule: .registered) }
        if let point, let desk = nearestDesk(to: point) { return Route(centre: desk, rule: .dutyDesk) }
        return Route(centre: defaultCentre ?? Self.unassignedCentre, rule: .defaultCentre)
    }

    /// Whether the registry still has the centre, as far as the journal told.
    private func exists(_ centre: CentreID) -> Bool { !situation(of: centre).isRemoved }

    /// Of two desks equally far the one whose identifier comes first.
    private func nearestDesk(to point: GeoPoint) -> CentreID? {
        var nearest: (square: Double, id: CentreID)?
        let squareMax = Routing.deskDistanceMaxM * Routing.deskDistanceMaxM
        for centre in centresByID.values where centre.kind == .dutyDesk {
            guard let place = centre.point else { continue }
            let square = Routing.squareMetres(point, place)
            if square > squareMax { continue }
            if let nearest, (nearest.square, nearest.id) < (square, centre.id) { continue }
            nearest = (square, centre.id)
        }
        return nearest?.id
    }

    /// A later press brought the first position that routes: an alert that waits where it was raised, at level none,
    /// goes where the position says. It keeps its age and goes on by that centre's policy.
    mutating func routeAgain(_ state: AlertState, of unit: UnitState) {
        guard state.isWaiting, state.alert.escalation == .none, state.alert.formerCentre == nil,
            state.takenFrom == nil
        else { return }
        let route = route(unit, position: state.alert.position)
        guard route.rule == .area || route.rule == .dutyDesk else { return }
        let centre = placement(for: route.centre)
        guard centre != state.alert.centre else { return }
        if centre != route.centre { state.takenFrom = route.centre }
        requeue(state) { $0.move(to: centre) }
        state.wait.centre = centre
        state.wait.progressAt = clock.now
        armNextStep(of: state)
    }

    mutating func areaRegistered(_ part: AreaPart) { areaTable.take(part) }

    mutating func areaRemoved(_ area: AreaID) { areaTable.remove(area) }
}
