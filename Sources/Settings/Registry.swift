// Centres, areas and units from a file.

public import AlertModel

/// Everything a registry file says, in its order.
public struct Registry: Hashable, Sendable {
    /// At least one; ids are unique.
    public let centres: [CentreRecord]
    /// How each centre of ``centres`` wants its unclaimed alerts treated, in the same order.
    public let policies: [CentrePolicy]
    /// Polygons that centres answer for; ids are unique and every centre is one of ``centres``.
    public let areas: [AreaRecord]
    /// Ids are unique and every centre is one of ``centres``.
    public let units: [UnitRecord]
    /// Kinds of unit; ids are unique. A file has none: its units go by what stands for all.
    public let profiles: [ProfileRecord]

    /// Ten times what a node serves; a file with more is a mistake.
    public static let unitsMax = 200_000
    /// A country has fewer duty desks.
    public static let centresMax = 1_000
    /// A country's districts, some times over.
    public static let areasMax = 10_000

    /// A registry without a file, for tests and tools; the caller keeps the promises above.
    public init(
        centres: [CentreRecord], policies: [CentrePolicy] = [], profiles: [ProfileRecord] = [],
        areas: [AreaRecord] = [], units: [UnitRecord]
    ) {
        self.profiles = profiles
        self.centres = centres
        self.policies = policies
        self.areas = areas
        self.units = units
    }

    /// Reads and checks a registry file.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - reportingTimeS: for units that name none, in seconds.
    /// - Throws: ``SettingsError`` with everything that is wrong. Only a syntax error and a doubled key stand
    ///   alone, because then there is nothing to read further.
    public static func load(path: String, reportingTimeS: UInt16 = 90) throws(SettingsError) -> Registry {
        let source = try SourceText.read(path)
        let problems = ProblemList(file: path)
        let root = Section(try source.compose(), path: "", schema: SettingsKey.registry, problems: problems)
        var reader = RegistryReader(reportingTimeS: reportingTimeS)
        reader.readCentres(root)
        reader.readAreas(root)
        reader.readUnits(root)
        try problems.throwIfAny()
        return Registry(
            centres: reader.centres, policies: reader.policies, areas: reader.areas, units: reader.units)
    }
}

/// Takes centres, then areas and units, out of the sections and remembers who stood where.
struct RegistryReader {
    let reportingTimeS: UInt16
    var centres: [CentreRecord] = []
    var policies: [CentrePolicy] = []
    var areas: [AreaRecord] = []
    var units: [UnitRecord] = []
    private(set) var centrePlaces: [CentreID: SourcePlace] = [:]
    private var unitPlaces: [UnitID: SourcePlace] = [:]

    init(reportingTimeS: UInt16) { self.reportingTimeS = reportingTimeS }

    mutating func readCentres(_ root: Section) {
        let list = root.list("centres")
        // A missing list is reported already.
        if list.isEmpty, root.has("centres") {
            root.report("centres", "has no centre; allowed: a list with at least one centre")
        }
        if list.count > Registry.centresMax {
            root.report("centres", "has \(list.count) centres; allowed: at most \(Registry.centresMax)")
            return
        }
        var known: [(id: CentreID, entry: Section)] = []
        for entry in list {
            let id = entry.value("id") { text throws(ValueError) in try Values.id(text) as CentreID }
            let name = entry.value("name", Values.line)
            let kind = entry.value("kind", Values.centreKind) ?? .centre
            let state = entry.value("state", Values.centreState) ?? .active
            let point = point(of: entry)
            guard let id else { continue }
            if let first = centrePlaces[id] {
                entry.report("id", "\"\(id)\" stands already in line \(first.line); allowed: each id once")
                continue
            }
            centrePlaces[id] = entry.place(of: "id")
            known.append((id, entry))
            if let name {
                centres.append(CentreRecord(id: id, name: name, kind: kind, point: point, state: state))
            }
        }
        // Centres may name one another, whatever their order.
        policies = known.map { policy(of: $0.id, $0.entry) }
    }

    private func policy(of id: CentreID, _ entry: Section) -> CentrePolicy {
        let timesS = entry.value("escalation_s", Values.escalationS) ?? CentrePolicy.defaultTimesS
        let unseenS = entry.value("unseen_s") { text throws(ValueError) in try Values.number(text, in: 0...3_600) }
        let starvationS = entry.value("starvation_s") { text throws(ValueError) in
            try Values.number(text, in: 0...65_535)
        }
        let targets = ["neighbour", "failover", "duty_desk"].map { otherCentre($0, entry, id) }
        return CentrePolicy(
            centre: id, timesS: timesS, unseenS: unseenS.map(UInt16.init) ?? CentrePolicy.defaultUnseenS,
            starvationS: starvationS.map(UInt16.init) ?? CentrePolicy.defaultStarvationS,
            neighbour: targets[0], failover: targets[1], dutyDesk: targets[2], priorities: priorities(entry))
    }

    private func priorities(_ entry: Section) -> PressPriorities {
        let usual = PressPriorities()
        return PressPriorities(
            police: entry.value("priority_police", Values.pressPriority) ?? usual.police,
            medical: entry.value("priority_medical", Values.pressPriority) ?? usual.medical,
            fire: entry.value("priority_fire", Values.pressPriority) ?? usual.fire,
            roadAccident: entry.value("priority_road_accident", Values.pressPriority) ?? usual.roadAccident)
    }

    private func otherCentre(_ key: String, _ entry: Section, _ own: CentreID) -> CentreID? {
        let centre = entry.value(key) { text throws(ValueError) in try Values.id(text) as CentreID }
        guard let centre else { return nil }
        if centre == own {
            entry.report(key, "\"\(centre)\" is the centre itself; allowed: another centre of this file")
        } else if centrePlaces[centre] == nil {
            entry.report(key, "\"\(centre)\" is not a centre of this file\(suggestion(for: centre))")
        }
        return centre
    }

    mutating func readUnits(_ root: Section) {
        let list = root.list("units")
        if list.count > Registry.unitsMax {
            root.report("units", "has \(list.count) units; allowed: at most \(Registry.unitsMax)")
            return
        }
        units.reserveCapacity(list.count)
        for entry in list {
            if let unit = readUnit(entry) { units.append(unit) }
        }
    }

    private mutating func readUnit(_ entry: Section) -> UnitRecord? {
        let id = entry.value("id") { text throws(ValueError) in try Values.id(text) as UnitID }
        let centre = centre(of: entry)
        let place = entry.value("place", Values.line)
        let point = point(of: entry)
        let reporting = entry.value("reporting_time_s", Values.reportingTimeS)
        if let id, let first = unitPlaces[id] {
            entry.report("id", "\"\(id)\" stands already in line \(first.line); allowed: each id once")
        } else if let id {
            unitPlaces[id] = entry.place(of: "id")
        }
        guard let id, let centre, let place else { return nil }
        return UnitRecord(
            id: id, centre: centre, place: place, point: point, reportingTimeS: reporting ?? reportingTimeS)
    }

    func suggestion(for centre: CentreID) -> String {
        let known = centrePlaces.keys.sorted().map(\.description)
        if let nearest = Spelling.nearest(to: centre.description, among: known) {
            return "; did you mean \"\(nearest)\"?"
        }
        return "; allowed: \(known.prefix(20).joined(separator: ", "))"
    }
}
