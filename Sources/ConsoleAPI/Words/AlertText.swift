// What the model's values look like in JSON. Docs/console-api.md shows the same to integrators.

import AlertModel
import NIOCore

extension AlertView {
    /// The alert object.
    var json: ByteBuffer {
        var writer = JSONWriter()
        writer.alert(self)
        return writer.buffer
    }
}

extension UnitView {
    /// The unit object.
    var json: ByteBuffer {
        var writer = JSONWriter()
        writer.unit(self)
        return writer.buffer
    }
}

extension CentreView {
    /// The centre object.
    var json: ByteBuffer {
        var writer = JSONWriter()
        writer.centre(self)
        return writer.buffer
    }
}

extension JSONWriter {
    /// The alert object.
    mutating func alert(_ view: AlertView) {
        let alert = view.alert
        object { json in
            json.field("id", String(alert.id.value))
            json.field("unit", alert.unit.description)
            json.field("place", view.place)
            json.field("centre", alert.centre.description)
            json.field("category", alert.category.word)
            json.field("priority", alert.priority.word)
            json.field("priority_level", alert.priority.rawValue)
            json.field("queue_priority_level", alert.queuePriority.rawValue)
            json.field("stage", alert.stage.word)
            json.times(of: alert)
            json.field("press_count", alert.pressCount)
            json.field("last_press_at", alert.lastPressAt.text)
            json.position(of: view)
            json.field("owner", alert.owner?.description)
            json.field("confirmed_stage", alert.confirmedStage?.word)
            json.field("outcome", alert.outcome?.word)
            json.field("note", alert.note)
            json.field("escalation", alert.escalation.word)
            json.field("escalation_level", alert.escalation.rawValue)
            json.field("former_centre", alert.formerCentre?.description)
            json.field("next_step_at", alert.nextStepAt?.text)
            json.field("ring_count", alert.ringCount)
            json.field("audit_count", alert.auditCount)
            json.field("technical", alert.isTechnical)
            json.faults(alert.faults)
            json.field("cleared_at", alert.clearedAt?.text)
            json.outage(alert.outage)
            json.field("sequence", alert.changedBy)
        }
    }

    /// The unit object.
    mutating func unit(_ view: UnitView) {
        let record = view.status.record
        object { json in
            json.field("id", record.id.description)
            json.field("centre", record.centre.description)
            json.field("place", record.place)
            json.point("point", record.point)
            json.field("online", view.status.isOnline && !view.isRemoved)
            json.field("registered", view.status.isRegistered && !view.isRemoved)
            json.field("removed", view.isRemoved)
            json.field("reporting_time_s", record.reportingTimeS)
            json.field("link_changed_at", view.status.linkChangedAt?.text)
            json.faults(view.status.faults)
            json.field("lost", view.status.faults.contains(.linkLost))
            json.field("maintenance_ends_at", view.status.maintenanceEndsAt?.text)
            json.field("last_test_at", view.status.lastTestAt?.text)
            json.field("outage", view.status.outage.map { String($0.value) })
        }
    }

    /// The centre object.
    mutating func centre(_ view: CentreView) {
        object { json in
            json.field("id", view.record.id.description)
            json.field("name", view.record.name)
            json.field("kind", view.record.kind.word)
            json.field("state", (view.situation?.state ?? .active).word)
            if let isWatched = view.situation?.isWatched {
                json.field("watched", isWatched)
            } else {
                json.null("watched")
            }
            json.field("unreachable", view.situation?.isUnreachable ?? false)
            json.field("since", view.situation?.since?.text)
            json.field("open_alerts", view.openAlerts)
            json.field("units_online", view.unitsOnline)
            json.field("units_total", view.unitsTotal)
        }
    }

    /// The maintenance object: of what it covers one of the three is named.
    mutating func maintenance(_ status: MaintenanceStatus) {
        object { json in
            json.field("id", status.id)
            var names: (unit: String?, road: String?, centre: String?)
            switch status.scope {
            case .unit(let unit): names.unit = unit.description
            case .road(let road): names.road = road.description
            case .centre(let centre): names.centre = centre.description
            }
            json.field("unit", names.unit)
            json.field("road", names.road)
            json.field("centre", names.centre)
            json.field("ends_at", status.endsAt.text)
            json.field("reason", status.reason)
            json.field("officer", status.officer.description)
        }
    }

    /// The account object; the password's hash stays where it is.
    mutating func officer(_ account: OfficerAccount) {
        object { json in
            json.field("officer", account.id.description)
            json.field("name", account.name)
            json.field("role", account.role.rawValue)
            json.array("centres") { centres in
                for centre in account.centres { centres.element(centre.description) }
            }
        }
    }

    /// A sequence in decimal digits, as a text: it may pass what a JavaScript number holds.
    mutating func field(_ key: String, _ sequence: JournalSequence) { field(key, String(sequence.value)) }

    /// Conditions as words, in order of kind.
    private mutating func faults(_ faults: FaultSet) {
        array("faults") { json in
            for kind in faults.kinds { json.element(kind.word) }
        }
    }

    private mutating func outage(_ outage: OutageSummary?) {
        guard let outage else { return null("outage") }
        object("outage") { json in
            json.field("scope", outage.scope.word)
            json.field("name", outage.name)
            json.field("lost", outage.lost)
            json.field("peak", outage.peak)
        }
    }

    private mutating func times(of alert: Alert) {
        field("raised_at", alert.receivedAt.text)
        field("pressed_at", alert.pressedAt.text)
        field("stored_at", alert.storedAt.text)
        field("ringing_at", alert.ringingAt?.text)
        field("answered_at", alert.answeredAt?.text)
        field("dispatched_at", alert.dispatchedAt?.text)
        field("arrived_at", alert.arrivedAt?.text)
        field("closed_at", alert.closedAt?.text)
        field("cancelled_at", alert.cancelledAt?.text)
    }

    /// Where the press said it was, otherwise where the unit was surveyed.
    private mutating func position(of view: AlertView) {
        guard let point = view.alert.position?.point ?? view.unitPoint else { return null("position") }
        object("position") { json in
            json.coordinates(point)
            if let position = view.alert.position {
                json.field("accuracy_m", decimal: Int64(position.accuracyCm), digits: 2)
                json.field("age_s", position.ageS)
            } else {
                json.null("accuracy_m")
                json.null("age_s")
            }
        }
    }

    private mutating func point(_ key: String, _ point: GeoPoint?) {
        guard let point else { return null(key) }
        object(key) { $0.coordinates(point) }
    }

    private mutating func coordinates(_ point: GeoPoint) {
        field("lat", decimal: Int64(point.latitudeE7), digits: 7)
        field("lon", decimal: Int64(point.longitudeE7), digits: 7)
    }
}
