// Commands to units: an officer of the unit's centre gives one, some only a supervisor; it goes to the journal and into
// the audit record like every act. Docs/unit-commands.md.

import AlertModel
import Hummingbird
import NIOCore

extension ConsoleResponder {
    /// A unit's commands under way and the latest that are over.
    func commands(of unit: UnitID) -> Response {
        let (sequence, commands) = feed.commands(of: unit)
        return .json(
            JSONWriter.object { json in
                json.field("sequence", sequence)
                json.array("commands") { json in
                    for command in commands { json.unitCommand(command) }
                }
            })
    }

    /// Gives a unit a command, and answers it.
    func commandUnit(_ call: ConsoleCall) async throws -> Response {
        let officer = try call.officer()
        let unit = try call.unit()
        let (action, timeoutS) = try UnitCommandBody.read(call.body)
        let what = "\(action.word ?? "?") to \(unit)"
        // Like every denial this one is written where denials are.
        if action.isForSupervisors, officer.role != .supervisor { throw Problem.supervisorsOnly }
        let id: AlertID
        do throws(Problem) {
            id = try await give(unit, action, timeoutS, officer)
        } catch {
            await audit(call, officer, isAllowed: false, detail: "\(what): \(error.reason)")
            throw error
        }
        await audit(call, officer, isAllowed: true, detail: "\(what), command \(id.value)")
        guard let given = feed.commands(of: unit).commands.last(where: { $0.id.value == id.value }) else {
            throw Problem.unitUnknown
        }
        return .json(given.json)
    }

    private func give(
        _ unit: UnitID, _ action: CommandAction, _ timeoutS: UInt16, _ officer: OfficerAccount
    ) async throws(Problem) -> AlertID {
        let result: CommandResult
        do throws(ConsoleBackendError) {
            result = try await backend.command(unit, action, timeoutS: timeoutS, by: officer.id)
        } catch {
            throw Problem(error)
        }
        switch result {
        case .done(let id): return id
        case .refused(let reason, _): throw Problem.refused(reason, owner: nil)
        }
    }
}

extension CommandAction {
    /// What changes how the unit itself works, or where it goes, is not every officer's.
    var isForSupervisors: Bool {
        switch self {
        case .restart, .configure, .move: true
        case .siren, .beacon, .announce, .volume, .cameraPreset, .selfTest, .sendData, .unknown: false
        }
    }

    /// The API's word for the kind; nil for a kind that nobody can give.
    var word: String? { CommandKind(rawValue: kind)?.word }
}
