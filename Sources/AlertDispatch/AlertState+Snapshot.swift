// One alert in a snapshot: everything but its unit, which it stands in.

import AlertModel

extension AlertState {
    func write(to writer: inout StateWriter) {
        writer.number(alert.id.value)
        writer.id(alert.centre)
        writer.byte(alert.category.rawValue)
        writer.byte(alert.priority.rawValue)
        writer.byte(alert.stage.rawValue)
        writer.number(alert.changedBy.value)
        writer.key(alert.press.key)
        writer.time(alert.pressedAt)
        writer.time(alert.receivedAt)
        writer.time(alert.storedAt)
        writer.number(UInt64(alert.pressCount))
        writer.time(alert.lastPressAt)
        writer.optional(alert.position?.point)
        writer.number(UInt64(alert.position?.accuracyCm ?? 0))
        writer.number(UInt64(alert.position?.ageS ?? 0))
        writer.optional(alert.ringingAt)
        writer.optional(alert.answeredAt)
        writer.optional(alert.dispatchedAt)
        writer.optional(alert.arrivedAt)
        writer.optional(alert.closedAt)
        writer.optional(alert.cancelledAt)
        writer.optional(alert.owner)
        writer.byte(alert.confirmedStage?.rawValue ?? 0)
        writer.byte(alert.outcome?.rawValue ?? 0)
        writer.text(alert.note)
        writer.key(latestPress.key)
        writer.byte(cancelledBy == nil ? 0 : 1)
        if let cancelledBy { writer.key(cancelledBy.key) }
        writer.time(stageAt)
        writer.byte(furthestStage.rawValue)
        writer.byte(alert.escalation.rawValue)
        writer.optional(alert.formerCentre)
        writer.optional(alert.nextStepAt)
        writer.number(UInt64(alert.ringCount))
        writer.number(UInt64(alert.auditCount))
        writer.byte(alert.queuePriority.rawValue)
        writer.optional(takenFrom)
        writer.id(wait.centre)
        writer.number(wait.startedAt.nanoseconds)
        writer.number(wait.progressAt.nanoseconds)
        writer.byte(wait.isSeen ? 1 : 0)
        writer.number(UInt64(alert.faults.rawValue))
        writer.optional(alert.clearedAt)
        writer.byte(alert.outage == nil ? 0 : 1)
        guard let outage = alert.outage else { return }
        writer.byte(outage.scope.rawValue)
        writer.text(outage.name)
        writer.number(UInt64(outage.lost))
        writer.number(UInt64(outage.peak))
    }

    convenience init(of unit: UnitID, from reader: inout StateReader) throws(StateDecodingError) {
        var alert = try Alert(of: unit, from: &reader)
        let latestPress = MessageID(unit: unit, key: try reader.key())
        let cancelledBy = try reader.flag() ? MessageID(unit: unit, key: try reader.key()) : nil
        let stageAt = try reader.time()
        let furthestStage = try reader.listed(Stage.self)
        alert.escalation = try reader.listed()
        alert.formerCentre = try reader.optionalID()
        alert.nextStepAt = try reader.optionalTime()
        alert.ringCount = try reader.number(UInt16.self)
        alert.auditCount = try reader.number(UInt16.self)
        alert.queuePriority = try reader.listed()
        let takenFrom = try reader.optionalID(CentreID.self)
        let wait = Wait(
            centre: try reader.id(), startedAt: JournalTime(nanoseconds: try reader.number()),
            progressAt: JournalTime(nanoseconds: try reader.number()), isSeen: try reader.flag())
        alert.faults = FaultSet(rawValue: try reader.number(UInt32.self))
        alert.clearedAt = try reader.optionalTime()
        if try reader.flag() {
            alert.outage = OutageSummary(
                scope: try reader.listed(), name: try reader.text(), lost: try reader.number(UInt32.self),
                peak: try reader.number(UInt32.self))
        }
        self.init(
            alert, latestPress: latestPress, cancelledBy: cancelledBy, stageAt: stageAt,
            furthestStage: furthestStage, wait: wait, takenFrom: takenFrom)
    }
}

extension Alert {
    fileprivate init(of unit: UnitID, from reader: inout StateReader) throws(StateDecodingError) {
        let id = AlertID(try reader.number())
        let centre: CentreID = try reader.id()
        let category: Category = try reader.listed()
        let priority: Priority = try reader.listed()
        let stage: Stage = try reader.listed()
        let changedBy = JournalSequence(try reader.number())
        let press = MessageID(unit: unit, key: try reader.key())
        let pressedAt = try reader.time()
        let receivedAt = try reader.time()
        let storedAt = try reader.time()
        let pressCount = try reader.number(UInt32.self)
        let lastPressAt = try reader.time()
        let point = try reader.optionalPoint()
        let accuracyCm = try reader.number(UInt32.self)
        let ageS = try reader.number(UInt16.self)
        self.init(
            id: id, unit: unit, centre: centre, category: category, priority: priority, press: press,
            pressedAt: pressedAt, receivedAt: receivedAt, storedAt: storedAt,
            position: point.map { LastPosition(point: $0, accuracyCm: accuracyCm, ageS: ageS) })
        self.stage = stage
        self.changedBy = changedBy
        self.pressCount = pressCount
        self.lastPressAt = lastPressAt
        ringingAt = try reader.optionalTime()
        answeredAt = try reader.optionalTime()
        dispatchedAt = try reader.optionalTime()
        arrivedAt = try reader.optionalTime()
        closedAt = try reader.optionalTime()
        cancelledAt = try reader.optionalTime()
        owner = try reader.optionalID()
        confirmedStage = try reader.optionalListed()
        outcome = try reader.optionalListed()
        note = try reader.text()
    }
}
