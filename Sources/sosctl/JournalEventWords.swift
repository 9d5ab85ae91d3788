// Events in words: the fields of each kind under names that people and programs can rely on.

import AlertModel

/// A record's body, read or not.
struct JournalEventWords {
    /// Name and value, in the order of the layout.
    let fields: [(String, JSONValue)]
    /// Why the body could not be read; then ``fields`` holds its bytes.
    let problem: String?

    /// - Parameter body: borrowed during the call.
    init(kind: UInt8, body: UnsafeRawBufferPointer) {
        do throws(DecodeError) {
            fields = Self.fields(of: try Event(kind: kind, body: body))
            problem = nil
        } catch {
            let reason =
                switch error.reason {
                case .truncated: "the body ends inside a value"
                case .badValue: "a value is outside its list or range"
                case .unknownKind: "kind \(kind) is not known to this version"
                }
            problem = "\(reason), at byte \(error.offset)"
            fields = [("body", .text(hexadecimal(body)))]
        }
    }

    /// The permanent name of a kind, such as `officer_action`; `kind_200` for an unknown one.
    static func name(ofKind kind: UInt8) -> String {
        Event.Kind(rawValue: kind).map { snake("\($0)") } ?? "kind_\(kind)"
    }

    private static func fields(of event: Event) -> [(String, JSONValue)] {
        switch event {
        case .gatewayStarted(let started): [("default_centre", word(started.defaultCentre))]
        case .centreRegistered(let centre): fields(of: centre)
        case .centreRemoved(let centre): [("centre", word(centre))]
        case .areaRegistered(let part): fields(of: part)
        case .areaRemoved(let area): [("area", word(area))]
        case .unitRegistered(let unit):
            [("unit", word(unit.id)), ("centre", word(unit.centre)), ("place", .text(unit.place))]
                + point(unit.point)
                + [
                    ("reporting_time_s", .integer(unit.reportingTimeS)),
                    ("profile", unit.profile.map { word($0) } ?? .null),
                    ("carrier", unit.carrier.map { word($0) } ?? .null),
                    ("second_carrier", unit.secondCarrier.map { word($0) } ?? .null),
                    ("road", unit.road.map { word($0) } ?? .null),
                ]
        case .unitRemoved(let unit): [("unit", word(unit))]
        case .linkUp(let link): fields(of: link)
        case .linkDown(let link):
            [("unit", word(link.unit)), ("link", .text("\(link.link.value)")), ("end", name(link.end))]
        case .press(let press): fields(of: press)
        case .cancel(let cancel):
            message(cancel.id) + [
                ("press_counter", .integer(cancel.pressCounter)),
                ("cancelled_at", .text(cancel.cancelledAt.rfc3339)),
            ]
        case .faultBegan(let report), .faultEnded(let report):
            message(report.id) + [
                ("fault", name(report.fault)), ("changed_at", .text(report.changedAt.rfc3339)),
                ("detail", .integer(report.detail)),
            ]
        case .stageConfirmed(let confirmed):
            [("unit", word(confirmed.unit)), alert(confirmed.alert), ("stage", name(confirmed.stage))]
        case .alertShown(let shown): [alert(shown.alert), ("officer", word(shown.officer))]
        case .officerAction(let action):
            [
                alert(action.alert), ("officer", word(action.officer)), ("action", name(action.action)),
                ("outcome", action.outcome.map { name($0) } ?? .null), ("note", .text(action.note)),
                ("command", .text("\(action.command.value)")), ("to", action.to.map { word($0) } ?? .null),
            ]
        case .policyChanged(let policy): fields(of: policy)
        case .centreWatched(let watched):
            [("centre", word(watched.centre)), ("consoles", .integer(watched.consoles))]
        case .centreStateSet(let set): fields(of: set)
        case .timerFired(let fired):
            [
                ("timer", name(fired.key.kind)), ("of", .text("\(fired.key.low)")),
                ("serial", .integer(fired.serial)), ("due_ns", .text("\(fired.due.nanoseconds)")),
            ]
        case .auditFound(let found): [alert(found)]
        case .profileRegistered(let profile): [("profile", word(profile.id))]
        case .maintenanceSet(let set): fields(of: set)
        case .maintenanceEnded(let ended):
            [
                ("maintenance", .text("\(ended.maintenance.value)")), ("officer", word(ended.officer)),
                ("command", .text("\(ended.command.value)")),
            ]
        case .unitCommanded(let given): fields(of: given)
        case .unitCommandAnswered(let answer): fields(of: answer)
        case .conditionFound(let found):
            [
                ("unit", word(found.unit)), ("fault", name(found.fault)), ("active", .flag(found.isActive)),
                ("detail", .integer(found.detail)),
            ]
        case .heartbeat(let unit, let heartbeat): [("unit", word(unit))] + fields(of: heartbeat)
        case .position(let unit, let position): [("unit", word(unit))] + fields(of: position)
        }
    }

    private static func fields(of given: UnitCommand) -> [(String, JSONValue)] {
        [
            ("unit", word(given.unit)), ("officer", word(given.officer)),
            ("command", .text("\(given.command.value)")), ("timeout_s", .integer(given.timeoutS)),
            // A setting's value may be a password.
            ("action", .text("\(given.action.withoutSecrets)")),
        ]
    }

    private static func fields(of answer: UnitCommandAnswer) -> [(String, JSONValue)] {
        [
            ("unit", word(answer.unit)), ("unit_command", .text("\(answer.id.value)")),
            ("state", name(answer.state)), ("value", .integer(answer.value)), ("detail", .text(answer.detail)),
        ]
    }

    private static func fields(of press: Press) -> [(String, JSONValue)] {
        let place: [(String, JSONValue)] =
            press.position.map {
                point($0.point) + [("accuracy_cm", .integer($0.accuracyCm)), ("fix_age_s", .integer($0.ageS))]
            } ?? []
        return message(press.id) + [
            ("category", name(press.category)), ("pressed_at", .text(press.pressedAt.rfc3339)),
            ("received_at", .text(press.receivedAt.rfc3339)),
            ("test_results", press.results.map { .integer($0.rawValue) } ?? .null),
        ] + place
    }

    private static func fields(of link: LinkUp) -> [(String, JSONValue)] {
        [
            ("unit", word(link.unit)), ("link", .text("\(link.link.value)")), ("boot", .integer(link.boot)),
            ("firmware", .integer(link.firmware)), ("capabilities", .integer(link.capabilities)),
            ("path", .integer(link.path)), ("clock_ahead_s", link.clockAheadS.map { .integer($0) } ?? .null),
            ("certificate_ends_at_s", .integer(link.certificateEndsAtS)),
            ("continues", link.continues.map { .text("\($0.value)") } ?? .null),
        ]
    }

    private static func fields(of set: MaintenanceSet) -> [(String, JSONValue)] {
        scope(set.scope) + [
            ("duration_s", .integer(set.durationS)), ("reason", .text(set.reason)),
            ("officer", word(set.officer)), ("command", .text("\(set.command.value)")),
        ]
    }

    private static func scope(_ scope: MaintenanceScope) -> [(String, JSONValue)] {
        switch scope {
        case .unit(let unit): [("unit", word(unit))]
        case .road(let road): [("road", word(road))]
        case .centre(let centre): [("centre", word(centre))]
        }
    }

    private static func fields(of centre: CentreRecord) -> [(String, JSONValue)] {
        [("centre", word(centre.id)), ("name", .text(centre.name)), ("kind", name(centre.kind))]
            + point(centre.point) + [("state", name(centre.state))]
    }

    private static func fields(of set: CentreStateSet) -> [(String, JSONValue)] {
        [
            ("centre", word(set.centre)), ("state", name(set.state)), ("officer", word(set.officer)),
            ("command", set.command.map { .text("\($0.value)") } ?? .null),
        ]
    }

    private static func fields(of part: AreaPart) -> [(String, JSONValue)] {
        [
            ("area", word(part.id)), ("centre", word(part.centre)), ("part", .integer(part.index)),
            ("parts", .integer(part.count)), ("corners", .integer(UInt16(part.points.count))),
        ]
    }

    private static func fields(of policy: CentrePolicy) -> [(String, JSONValue)] {
        [
            ("centre", word(policy.centre)), ("re_ring_s", .integer(policy.reRingS)),
            ("supervisors_s", .integer(policy.supervisorsS)), ("neighbour_s", .integer(policy.neighbourS)),
            ("failover_s", .integer(policy.failoverS)), ("duty_desk_s", .integer(policy.dutyDeskS)),
            ("unseen_s", .integer(policy.unseenS)), ("starvation_s", .integer(policy.starvationS)),
            ("neighbour", policy.neighbour.map { word($0) } ?? .null),
            ("failover", policy.failover.map { word($0) } ?? .null),
            ("duty_desk", policy.dutyDesk.map { word($0) } ?? .null),
            ("priority_police", name(policy.priorities.police)),
            ("priority_medical", name(policy.priorities.medical)),
            ("priority_fire", name(policy.priorities.fire)),
            ("priority_road_accident", name(policy.priorities.roadAccident)),
        ]
    }

    private static func fields(of heartbeat: Heartbeat) -> [(String, JSONValue)] {
        [
            ("power", name(heartbeat.power)),
            ("battery_percent", heartbeat.batteryPercent.map { .integer($0) } ?? .null),
            ("signal_dbm", heartbeat.signalDBm.map { .integer($0) } ?? .null),
            ("temperature_c", heartbeat.temperatureC.map { .integer($0) } ?? .null),
            ("door_open", .flag(heartbeat.isDoorOpen)),
        ]
    }

    private static func fields(of position: Position) -> [(String, JSONValue)] {
        point(position.point) + [
            ("accuracy_cm", .integer(position.accuracyCm)), ("speed_cm_s", .integer(position.speedCmS)),
            ("heading_centidegrees", .integer(position.headingCentidegrees)),
            ("fixed_at", .text(position.fixedAt.rfc3339)), ("satellites", .integer(position.satellites)),
        ]
    }

    private static func message(_ id: MessageID) -> [(String, JSONValue)] {
        [("unit", word(id.unit)), ("boot", .integer(id.boot)), ("counter", .integer(id.counter))]
    }

    /// As in the console API: a text, because not every reader of JSON has 64-bit integers.
    private static func alert(_ id: AlertID) -> (String, JSONValue) { ("alert", .text("\(id.value)")) }

    private static func point(_ point: GeoPoint?) -> [(String, JSONValue)] {
        guard let point else { return [] }
        return [
            ("latitude", .number(degrees(point.latitudeE7))), ("longitude", .number(degrees(point.longitudeE7))),
        ]
    }

    private static func degrees(_ value: Int32) -> String {
        let digits = String(value.magnitude % 10_000_000)
        let fraction = String(repeating: "0", count: 7 - digits.count) + digits
        return "\(value < 0 ? "-" : "")\(value.magnitude / 10_000_000).\(fraction)"
    }

    private static func word<Tag>(_ id: ShortID<Tag>) -> JSONValue { .text(id.description) }

    private static func name<Value>(_ value: Value) -> JSONValue { .text(snake("\(value)")) }

    /// `roadAccident` as the console API writes it: `road_accident`.
    private static func snake(_ text: String) -> String {
        var snake = ""
        for character in text {
            if character.isUppercase { snake += "_" + character.lowercased() } else { snake.append(character) }
        }
        return snake
    }
}
