// What officers do to alerts: every act goes to the journal and into the audit record with its result.

import AlertModel
import Hummingbird

extension ConsoleResponder {
    /// Does what an officer asks for, and answers the alert as it is then.
    func act(_ action: ActionKind, _ call: ConsoleCall) async throws -> Response {
        let officer = try call.officer()
        let alert = try call.alert().alert
        let arguments = try arguments(of: action, call)
        do {
            let result = try await backend.submit(
                action, on: alert.id, by: officer.id, outcome: arguments.outcome, note: arguments.note,
                to: arguments.centre)
            if case .refused(let reason, let owner) = result { throw Problem.refused(reason, owner: owner) }
        } catch let error as ConsoleBackendError {
            let problem = Problem(error)
            await audit(call, officer, alert.id, isAllowed: false, detail: problem.reason)
            throw problem
        } catch let problem as Problem {
            let owner = problem.owner.map { " by \($0)" } ?? ""
            await audit(call, officer, alert.id, isAllowed: false, detail: problem.reason + owner)
            throw problem
        }
        await audit(call, officer, alert.id, isAllowed: true, detail: arguments.detail)
        guard let after = feed.alert(alert.id) else { throw Problem.alertUnknown }
        return .json(after.json)
    }

    /// Passes on that a console shows the alert.
    func shown(_ call: ConsoleCall) async throws -> Response {
        _ = try StrictBody(call.body, keys: [])
        let officer = try call.officer()
        do {
            try await backend.alertShown(try call.alert().alert.id, by: officer.id)
        } catch let error as ConsoleBackendError {
            throw Problem(error)
        }
        return Response(status: .noContent)
    }

    /// What an act's body says.
    private struct Arguments {
        var outcome: Outcome?
        var note = ""
        var centre: CentreID?

        /// For the audit record.
        var detail: String {
            if let outcome { return "done: \(outcome.word)" }
            return centre.map { "done: to \($0)" } ?? "done"
        }
    }

    private func arguments(of action: ActionKind, _ call: ConsoleCall) throws(Problem) -> Arguments {
        var found = Arguments()
        switch action {
        case .claim, .release, .dispatch, .arrive, .reRing: _ = try StrictBody(call.body, keys: [])
        case .close:
            let body = try StrictBody(call.body, keys: ["outcome", "note"])
            let word = try body.required("outcome")
            guard let outcome = Outcome(word: word) else {
                throw .badBody("'outcome' is '\(word.prefix(64))'; it must be one of \(Outcome.words).")
            }
            found.outcome = outcome
            found.note = try note(body)
        case .note:
            let body = try StrictBody(call.body, keys: ["note"])
            _ = try body.required("note")
            found.note = try note(body)
        case .transfer:
            let body = try StrictBody(call.body, keys: ["centre", "note"])
            let text = try body.required("centre")
            guard let centre = try? CentreID(text) else {
                throw .badBody("'centre' is '\(text.prefix(64))'; it must be the id of a centre.")
            }
            found.centre = centre
            found.note = try note(body)
        }
        return found
    }

    private func note(_ body: StrictBody) throws(Problem) -> String {
        let note = body.text("note") ?? ""
        guard note.utf8.count <= OfficerAction.noteBytesMax else {
            throw .badBody(
                "'note' has \(note.utf8.count) bytes of UTF-8; at most \(OfficerAction.noteBytesMax) are kept. Shorten it."
            )
        }
        return note
    }

    private func audit(
        _ call: ConsoleCall, _ officer: OfficerAccount, _ alert: AlertID, isAllowed: Bool, detail: String
    ) async {
        await backend.audit(
            AuditEntry(
                at: backend.now(), officer: officer.id.description, act: call.match.rule.act, alert: alert,
                isAllowed: isAllowed, detail: detail, peer: call.peer))
    }
}
