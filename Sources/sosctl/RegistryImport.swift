// sosctl registry import

import AlertModel
import ArgumentParser
import Foundation
import History
import LinuxIO
import Settings

/// Imports files: all of them or nothing.
struct RegistryImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Imports CSV, GeoJSON or a YAML registry: all of it or nothing.",
        discussion: """
            A file's table is its name's (units.csv, roads.geojson) unless --table says it. Rows are added or \
            changed; what a file has no column for stays, a blank cell clears. Only --replace removes: a file is \
            then its whole table. Prints every problem with file, line and cell, and exits with 65; nothing is \
            changed then.
            """)

    @OptionGroup var site: ConfigurationOption

    @Argument(help: "Files; several are one import, so they may name each other's rows.")
    var files: [String]

    @Flag(help: "Say what would be added, changed and removed; change nothing.")
    var dryRun = false

    @Option(help: "csv or geojson, where the file's name does not say it.")
    var format: RegistryFormat?

    @Option(help: "The table, where the file's name does not say it.")
    var table: RegistryTable?

    @Flag(help: "Remove the rows of these tables that no file names.")
    var replace = false

    @Flag(help: "Tell the running gateway, and wait for its answer.")
    var notify = false

    func run() async throws {
        let settings = try site.loadSettings()
        let inputs = try files.flatMap { try read($0) }
        let store = try site.openRegistry(settings)
        let accounts = try site.openAccounts(settings)
        let centre = settings.defaultCentre.description
        do {
            let plan: RegistryPlan
            if dryRun {
                plan = try store.plan(inputs, replaces: replace, defaultCentre: centre)
            } else {
                plan = try run(inputs, store, accounts, defaultCentre: centre)
            }
            warn(plan.warnings.map { "warning: \($0)" })
            for input in inputs { print("\(input.name): \(input.rowCount) \(input.table.rawValue)") }
            print(report(plan))
            if dryRun { return print("Nothing was changed: this was a dry run.") }
            if !plan.changes.isEmpty {
                print("Imported as revision \(try store.revisions(limit: 1).first?.number ?? 0).")
            }
        } catch {
            throw failure(error)
        }
        if let file = settings.registryFile {
            warn([
                "warning: the gateway reads \(file), not this database: delete the line registry: of \(site.config)"
            ])
        }
        if notify { try await tell(settings, accounts) }
    }

    private func read(_ path: String) throws -> [RegistryFile] {
        let bytes: [UInt8]
        do {
            if let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int,
                size > RegistryFile.bytesMax
            {
                throw failure(.dataError, "\(path): has \(size) bytes; allowed: at most \(RegistryFile.bytesMax)")
            }
            bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        } catch let error as ExitCode {
            throw error
        } catch {
            throw failure(.dataError, "\(path): cannot be read: \(error.localizedDescription)")
        }
        if format == nil, path.hasSuffix(".yaml") || path.hasSuffix(".yml") { return try YAMLRegistry.read(path) }
        guard let format = format ?? RegistryFormat(fileName: path) else {
            throw ValidationError("\(path): its name does not say whether it is CSV or GeoJSON; say --format.")
        }
        guard let table = table ?? RegistryTable(fileName: path) else {
            let tables = RegistryTable.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("\(path): its name does not say which table it has; say --table (\(tables)).")
        }
        return [RegistryFile(name: path, bytes: bytes, format: format, table: table)]
    }

    /// Imports and records it.
    private func run(
        _ inputs: [RegistryFile], _ store: RegistryStore, _ accounts: Accounts, defaultCentre: String
    ) throws(RegistryImportError) -> RegistryPlan {
        let by = Caller.name
        let at = Caller.now
        return try store.importFiles(
            inputs, replaces: replace, defaultCentre: defaultCentre, by: by, at: at
        ) { plan throws(HistoryError) in
            try accounts.appendNow(
                AuditEntry(
                    at: at, officer: by, act: .registry, alert: nil, isAllowed: true,
                    detail: "import: \(plan.summary)", peer: "local"))
        }
    }

    private func warn(_ lines: [String]) {
        for line in lines { FileHandle.standardError.write(Data("\(line)\n".utf8)) }
    }

    /// What changes, with the first few ids.
    private func report(_ plan: RegistryPlan) -> String {
        if plan.changes.isEmpty { return "Nothing changes." }
        let verb = dryRun ? "would be " : ""
        return plan.changes.flatMap { change in
            [("added", change.added), ("changed", change.changed), ("removed", change.removed)].compactMap {
                word, ids in
                if ids.isEmpty { return nil }
                let rest = ids.count > 5 ? " and \(ids.count - 5) more" : ""
                return "  \(change.table.rawValue): \(ids.count) \(verb)\(word): "
                    + ids.prefix(5).joined(separator: ", ") + rest
            }
        }.joined(separator: "\n")
    }

    /// How long a gateway may take to read 200,000 units and answer.
    private static let answerSecondsMax = 30

    /// Sends SIGHUP and waits for the gateway's own line in the audit record.
    private func tell(_ settings: Settings, _ accounts: Accounts) async throws {
        let sentAt = Caller.now
        do throws(Errno) {
            guard let process = try ProcessFile.holder(of: settings.statePaths.processFile) else {
                return print(
                    "No gateway runs on \(settings.stateDirectory); it takes the change at its next start.")
            }
            try ProcessFile.hangUp(process)
        } catch {
            throw failure(.noPermission, "the gateway could not be told: \(error); send it SIGHUP as its user")
        }
        for _ in 1...Self.answerSecondsMax * 10 {
            let answer: AuditEntry?
            do {
                answer = try await accounts.auditEntries(limit: 100).first {
                    $0.act == .registry && $0.officer == "sosgatewayd" && $0.at >= sentAt
                }
            } catch {
                throw failure(error)
            }
            guard let answer else {
                try await Task.sleep(for: .milliseconds(100))
                continue
            }
            guard answer.isAllowed else { throw failure(.configuration, "the gateway: \(answer.detail)") }
            return print("The gateway: \(answer.detail).")
        }
        throw failure(
            .temporary, "the gateway was told and did not answer in \(Self.answerSecondsMax) s; see its log")
    }
}

/// A YAML registry as files of the database's tables.
enum YAMLRegistry {
    /// Centres, places under the units' ids, units, and a profile for each reporting time that units name.
    ///
    /// - Throws: an exit code, after saying everything that is wrong.
    static func read(_ path: String) throws -> [RegistryFile] {
        let registry: Registry
        do {
            // No unit may have 0, so it stands for those that name no time.
            registry = try Registry.load(path: path, reportingTimeS: 0)
        } catch {
            throw failure(error)
        }
        let times = Set(registry.units.map(\.reportingTimeS)).subtracting([0]).sorted()
        let centres = registry.centres.map { centre in
            cells(of: centre, registry.policies.first { $0.centre == centre.id })
        }
        let areas = registry.areas.map { area in
            ["id": area.id.description, "centre": area.centre.description, "ring": ring(area.ring)]
        }
        let profiles = times.map {
            ["id": "every-\($0)-s", "name": "Reports within \($0) s", "reporting_time_s": "\($0)"]
        }
        let units = registry.units.map { unit in
            var cells = [
                "id": unit.id.description, "centre": unit.centre.description, "place_kk": unit.place,
            ]
            if let point = unit.point {
                cells["latitude"] = decimal(point.latitudeE7)
                cells["longitude"] = decimal(point.longitudeE7)
            }
            if unit.reportingTimeS != 0 { cells["profile"] = "every-\(unit.reportingTimeS)-s" }
            return cells
        }
        let tables: [(RegistryTable, [[String: String]])] = [
            (.profiles, profiles), (.centres, centres), (.areas, areas), (.units, units),
        ]
        return tables.compactMap { $1.isEmpty ? nil : RegistryFile(name: path, table: $0, values: $1) }
    }

    /// What the file says of a centre; what it leaves out stays as the database has it.
    private static func cells(of centre: CentreRecord, _ policy: CentrePolicy?) -> [String: String] {
        var cells = ["id": centre.id.description, "name_kk": centre.name]
        if centre.kind == .dutyDesk { cells["kind"] = "duty_desk" }
        if centre.state != .active { cells["state"] = "\(centre.state)" }
        if let point = centre.point {
            cells["latitude"] = decimal(point.latitudeE7)
            cells["longitude"] = decimal(point.longitudeE7)
        }
        guard let policy else { return cells }
        cells["neighbour"] = policy.neighbour?.description
        cells["fail_over"] = policy.failover?.description
        cells["duty_desk"] = policy.dutyDesk?.description
        let usual = CentrePolicy(centre: centre.id)
        if (policy.reRingS, policy.neighbourS, policy.failoverS)
            != (usual.reRingS, usual.neighbourS, usual.failoverS)
        {
            cells["escalate_1_s"] = "\(policy.reRingS)"
            cells["escalate_2_s"] = "\(policy.neighbourS)"
            cells["escalate_3_s"] = "\(policy.failoverS)"
        }
        if policy.unseenS != usual.unseenS { cells["unseen_s"] = "\(policy.unseenS)" }
        if policy.starvationS != usual.starvationS { cells["starvation_s"] = "\(policy.starvationS)" }
        let (own, common) = (policy.priorities, usual.priorities)
        if own.police != common.police { cells["priority_police"] = "\(own.police)" }
        if own.medical != common.medical { cells["priority_medical"] = "\(own.medical)" }
        if own.fire != common.fire { cells["priority_fire"] = "\(own.fire)" }
        if own.roadAccident != common.roadAccident { cells["priority_road_accident"] = "\(own.roadAccident)" }
        return cells
    }

    /// Corners as GeoJSON coordinates of a closed ring.
    private static func ring(_ corners: [GeoPoint]) -> String {
        let closed = corners + corners.prefix(1)
        let points = closed.map { "[\(decimal($0.longitudeE7)),\(decimal($0.latitudeE7))]" }
        return "[\(points.joined(separator: ","))]"
    }

    /// Degrees × 10⁷ as decimal degrees.
    private static func decimal(_ degreesE7: Int32) -> String {
        let digits = String(degreesE7.magnitude)
        let padded = String(repeating: "0", count: max(0, 8 - digits.count)) + digits
        return (degreesE7 < 0 ? "-" : "") + padded.dropLast(7) + "." + padded.suffix(7)
    }
}
