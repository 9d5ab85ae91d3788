// The columns of every table. A new column stands here, in a new migration of RegistryStore+Schema, and in
// Docs/registry.md; a test compares all three.

internal import AlertModel

extension RegistryColumn {
    private static let id = RegistryColumn("id", .id, required: true)
    private static let note = RegistryColumn("note", .note)
    private static let point = [RegistryColumn("latitude", .latitude), RegistryColumn("longitude", .longitude)]

    private static func names(_ stem: String) -> [RegistryColumn] {
        ["kk", "ru", "en"].map { RegistryColumn("\(stem)_\($0)", .text) }
    }

    private static func reference(
        _ name: String, _ table: RegistryTable, required: Bool = false
    ) -> RegistryColumn {
        RegistryColumn(name, .reference(table), required: required)
    }

    /// Columns of ``RegistryTable/roles``.
    static let roles = [id] + names("name")

    /// Columns of ``RegistryTable/carriers``.
    static let carriers = [
        id, RegistryColumn("name", .text, required: true), RegistryColumn("phone", .phone), note,
    ]

    /// Columns of ``RegistryTable/profiles``.
    static let profiles =
        [
            id, RegistryColumn("name", .text, required: true),
            RegistryColumn("reporting_time_s", .number(20...180), required: true),
        ]
        + FaultKind.allCases.map {
            RegistryColumn("severity_\($0.word)", .word(severities))
        }
        + [
            RegistryColumn("test_every_h", .number(1...720)),
            RegistryColumn("firmware", .number(1...4_294_967_295)),
        ]

    /// Columns of ``RegistryTable/roads``.
    static let roads = [id, RegistryColumn("name", .text, required: true), RegistryColumn("line", .line)]

    /// Columns of ``RegistryTable/places``.
    static let places = [id] + names("text") + [note]

    /// Columns of an import of units or responders that name their place directly.
    static let placeTexts = names("place")

    /// Columns of ``RegistryTable/centres``.
    static let centres =
        [id] + names("name") + [
            RegistryColumn("kind", .word(["centre", "duty_desk"]), required: true, standing: "centre"),
            RegistryColumn(
                "state", .word(["inactive", "active", "disabled", "full", "standby"]), required: true,
                standing: "active"),
            reference("neighbour", .centres), reference("fail_over", .centres), reference("duty_desk", .centres),
            RegistryColumn("phone", .phone),
        ] + point + [
            RegistryColumn("escalate_1_s", .number(1...3_600), required: true, standing: "15"),
            RegistryColumn("escalate_2_s", .number(1...3_600), required: true, standing: "30"),
            RegistryColumn("escalate_3_s", .number(1...3_600), required: true, standing: "45"),
            RegistryColumn("unseen_s", .number(1...600), required: true, standing: "5"),
            RegistryColumn("starvation_s", .number(10...86_400), required: true, standing: "600"),
            note,
        ] + PressPriorities.columns.map { RegistryColumn($0.name, .word(priorities)) }

    /// Columns of ``RegistryTable/areas``.
    static let areas = [
        id, reference("centre", .centres, required: true), RegistryColumn("name", .text),
        RegistryColumn("ring", .ring, required: true),
    ]

    /// Columns of ``RegistryTable/responders``.
    static let responders =
        [
            id, RegistryColumn("kind", .word(["post", "inspector", "patrol"]), required: true),
            RegistryColumn("name", .text, required: true), reference("centre", .centres, required: true),
            reference("place", .places), RegistryColumn("phone", .phone),
        ] + point + [note]

    /// Columns of ``RegistryTable/units``.
    static let units =
        [
            id, reference("centre", .centres, required: true), reference("place", .places, required: true),
        ] + point + [
            reference("road", .roads), RegistryColumn("km", .kilometres), reference("carrier_1", .carriers),
            reference("carrier_2", .carriers), reference("profile", .profiles),
            RegistryColumn("certificate", .text), RegistryColumn("installed", .date),
            RegistryColumn("serviced", .date), RegistryColumn("contact", .text), note,
        ]

    /// How loud a fault is: the words of the priorities that a fault may have, and only a record.
    static let severities = ["urgent", "property", "technical", "recorded"]

    /// How soon a press must be answered: the words of the priorities that one may have.
    static let priorities = ["life", "urgent", "property", "technical"]
}
