// An alert as a row of the history, and back.

internal import AlertModel
internal import GRDB

/// Translates between ``Alert`` and the table `alert`.
enum AlertRow {
    private static let columns = [
        "id", "unit", "centre", "category", "priority", "stage", "changed_by", "press_boot", "press_counter",
        "pressed_unit_ns", "received_ns", "press_count", "last_press_ns", "latitude_e7", "longitude_e7",
        "accuracy_cm", "fix_age_s", "stored_ns", "ringing_ns", "answered_ns", "dispatched_ns", "arrived_ns",
        "closed_ns", "cancelled_ns", "owner", "confirmed_stage", "outcome", "note",
    ]

    /// Inserts an alert, or replaces the row that an earlier or the same record left.
    static let upsert: String = {
        let names = columns.joined(separator: ", ")
        let marks = columns.map { _ in "?" }.joined(separator: ", ")
        let updates = columns.dropFirst().map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        return """
            INSERT INTO alert (\(names)) VALUES (\(marks))
            ON CONFLICT (id) DO UPDATE SET \(updates) WHERE excluded.changed_by >= changed_by
            """
    }()

    /// The values in the order of the columns.
    static func arguments(_ alert: Alert) -> StatementArguments {
        let values: [(any DatabaseValueConvertible)?] = [
            Int64(bitPattern: alert.id.value), alert.unit.description, alert.centre.description,
            Int64(alert.category.rawValue), Int64(alert.priority.rawValue), Int64(alert.stage.rawValue),
            Int64(bitPattern: alert.changedBy.value), Int64(alert.press.boot), Int64(alert.press.counter),
            alert.pressedAt.nanoseconds, alert.receivedAt.nanoseconds, Int64(alert.pressCount),
            alert.lastPressAt.nanoseconds, alert.position.map { Int64($0.point.latitudeE7) },
            alert.position.map { Int64($0.point.longitudeE7) }, alert.position.map { Int64($0.accuracyCm) },
            alert.position.map { Int64($0.ageS) }, alert.storedAt.nanoseconds, alert.ringingAt?.nanoseconds,
            alert.answeredAt?.nanoseconds, alert.dispatchedAt?.nanoseconds, alert.arrivedAt?.nanoseconds,
            alert.closedAt?.nanoseconds, alert.cancelledAt?.nanoseconds, alert.owner?.description,
            alert.confirmedStage.map { Int64($0.rawValue) }, alert.outcome.map { Int64($0.rawValue) },
            alert.note.storable,
        ]
        return StatementArguments(values)
    }

    /// - Throws: ``HistoryError`` with the reason `damaged` when a value is outside its list or range.
    static func alert(_ row: RowReader) throws(HistoryError) -> Alert {
        let press = MessageID(
            unit: try row.id("unit"), boot: try row.integer("press_boot"),
            counter: try row.integer("press_counter"))
        var alert = Alert(
            id: AlertID(try row.bits("id")), unit: press.unit, centre: try row.id("centre"),
            category: try row.value("category"), priority: try row.value("priority"), press: press,
            pressedAt: try row.time("pressed_unit_ns"), receivedAt: try row.time("received_ns"),
            storedAt: try row.time("stored_ns"), position: try position(row))
        alert.stage = try row.value("stage")
        alert.changedBy = JournalSequence(try row.bits("changed_by"))
        alert.pressCount = try row.integer("press_count")
        alert.lastPressAt = try row.time("last_press_ns")
        alert.ringingAt = try row.optionalTime("ringing_ns")
        alert.answeredAt = try row.optionalTime("answered_ns")
        alert.dispatchedAt = try row.optionalTime("dispatched_ns")
        alert.arrivedAt = try row.optionalTime("arrived_ns")
        alert.closedAt = try row.optionalTime("closed_ns")
        alert.cancelledAt = try row.optionalTime("cancelled_ns")
        alert.owner = try row.optionalID("owner")
        alert.confirmedStage = try row.optionalValue("confirmed_stage")
        alert.outcome = try row.optionalValue("outcome")
        alert.note = try row.text("note")
        return alert
    }

    private static func position(_ row: RowReader) throws(HistoryError) -> LastPosition? {
        guard let latitude = try row.optionalInteger("latitude_e7", Int32.self),
            let longitude = try row.optionalInteger("longitude_e7", Int32.self),
            let point = GeoPoint(latitudeE7: latitude, longitudeE7: longitude)
        else { return nil }
        return LastPosition(
            point: point, accuracyCm: try row.integer("accuracy_cm"), ageS: try row.integer("fix_age_s"))
    }
}
