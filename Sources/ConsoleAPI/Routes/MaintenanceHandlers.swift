// Planned work: a supervisor announces it for units of the own centres; it goes to the journal and into the audit
// record like every act.

import AlertModel
import Hummingbird
import NIOCore

extension ConsoleResponder {
    /// What is under way in the officer's centres.
    func maintenance(of officer: OfficerAccount) -> Response {
        let (sequence, entries) = feed.maintenance()
        return .json(
            JSONWriter.object { json in
                json.field("sequence", sequence)
                json.array("maintenance") { json in
                    for (status, centres) in entries
                    where status.officer == officer.id || centres.contains(where: officer.serves) {
                        json.maintenance(status)
                    }
                }
            })
    }

    /// Begins maintenance, and answers it.
    func beginMaintenance(_ call: ConsoleCall) async throws -> Response {
        let officer = try call.officer()
        let body = try StrictBody(call.body, keys: ["unit", "road", "centre", "reason"], numbers: ["minutes"])
        let scope = try scope(body)
        guard let minutes = body.number("minutes") else { throw Problem.badBody("'minutes' is missing.") }
        let minutesMax = Int(MaintenanceSet.durationMaxS / 60)
        guard (1...minutesMax).contains(minutes) else {
            throw Problem.badBody("'minutes' is \(minutes); it must be from 1 to \(minutesMax).")
        }
        let reason = try reason(body)
        let centres = feed.centres(of: scope)
        // What the registry does not have the gateway refuses by name.
        guard centres.allSatisfy(officer.serves) else { throw Problem.notYourCentre }
        let id = try await submit(call, officer, "\(scope.text) for \(minutes) min: \(reason)") {
            () async throws(ConsoleBackendError) in
            try await backend.beginMaintenance(
                of: scope, durationS: UInt32(minutes) * 60, reason: reason, by: officer.id)
        }
        guard let begun = feed.maintenance().entries.first(where: { $0.0.id.value == id.value })?.0 else {
            throw Problem.maintenanceUnknown
        }
        var writer = JSONWriter()
        writer.maintenance(begun)
        return .json(writer.buffer)
    }

    /// Ends maintenance before its time.
    func endMaintenance(_ call: ConsoleCall) async throws -> Response {
        _ = try StrictBody(call.body, keys: [])
        let officer = try call.officer()
        // A sequence reads like an alert's number.
        let id = call.match.id.flatMap(AlertID.init(text:)).map { JournalSequence($0.value) }
        guard let entry = feed.maintenance().entries.first(where: { $0.0.id == id }) else {
            throw Problem.maintenanceUnknown
        }
        let (status, centres) = entry
        guard status.officer == officer.id || (!centres.isEmpty && centres.allSatisfy(officer.serves)) else {
            throw Problem.notYourCentre
        }
        _ = try await submit(call, officer, "\(status.scope.text) ended") { () async throws(ConsoleBackendError) in
            try await backend.endMaintenance(status.id, by: officer.id)
        }
        return Response(status: .noContent)
    }

    private func submit(
        _ call: ConsoleCall, _ officer: OfficerAccount, _ what: String,
        _ command: () async throws(ConsoleBackendError) -> CommandResult
    ) async throws(Problem) -> AlertID {
        let problem: Problem
        do throws(ConsoleBackendError) {
            switch try await command() {
            case .done(let id):
                await audit(call, officer, isAllowed: true, detail: what)
                return id
            case .refused(let reason, _): problem = Problem.refused(reason, owner: nil)
            }
        } catch {
            problem = Problem(error)
        }
        await audit(call, officer, isAllowed: false, detail: "\(what): \(problem.reason)")
        throw problem
    }

    private func scope(_ body: StrictBody) throws(Problem) -> MaintenanceScope {
        let given = ["unit", "road", "centre"].filter { body.text($0) != nil }
        guard given.count == 1, let key = given.first, let text = body.text(key) else {
            throw .badBody("Name one of 'unit', 'road' and 'centre'.")
        }
        let scope: MaintenanceScope? =
            switch key {
            case "unit": (try? UnitID(text)).map(MaintenanceScope.unit)
            case "road": (try? RoadID(text)).map(MaintenanceScope.road)
            default: (try? CentreID(text)).map(MaintenanceScope.centre)
            }
        guard let scope else { throw .badBody("'\(key)' is '\(text.prefix(64))'; it must be the id of a \(key).") }
        return scope
    }

    private func reason(_ body: StrictBody) throws(Problem) -> String {
        let reason = try body.required("reason")
        guard reason.utf8.count <= MaintenanceSet.reasonBytesMax else {
            throw .badBody(
                "'reason' has \(reason.utf8.count) bytes of UTF-8; at most \(MaintenanceSet.reasonBytesMax) are kept. Shorten it."
            )
        }
        return reason
    }
}

extension MaintenanceScope {
    /// For the audit record.
    fileprivate var text: String {
        switch self {
        case .unit(let unit): "unit \(unit)"
        case .road(let road): "road \(road)"
        case .centre(let centre): "centre \(centre)"
        }
    }
}
