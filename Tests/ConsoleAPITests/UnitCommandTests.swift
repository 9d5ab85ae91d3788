import AlertModel
import HTTPTypes
import Testing

@testable import ConsoleAPI

@Suite("Commands to units by the API")
struct UnitCommandAPITests {
    private let path = "/v1/units/AST-0001/commands"

    private func console() async throws -> (Console, officer: String, supervisor: String) {
        let console = try Console()
        let dana = try Sample.account("dana", centres: ["astana"], role: .supervisor)
        console.backend.change { $0.accounts[dana.id] = dana }
        return (console, try await console.cookie("aigul"), try await console.cookie("dana"))
    }

    @Test(
        "every kind of command: its arguments come back under the keys that gave them",
        arguments: [
            (#"{"kind":"siren","seconds":30}"#, CommandAction.siren(seconds: 30), UInt16(15)),
            (#"{"kind":"beacon","seconds":0,"timeout_seconds":60}"#, .beacon(seconds: 0), 60),
            (
                #"{"kind":"announce","message":3,"language":"ru"}"#,
                .announce(message: 3, language: "ru", text: ""), 15
            ),
            (
                #"{"kind":"announce","text":"көмек келеді","language":"kk"}"#,
                .announce(message: 0, language: "kk", text: "көмек келеді"), 15
            ),
            (#"{"kind":"volume","percent":70}"#, .volume(percent: 70), 15),
            (#"{"kind":"camera_preset","preset":2}"#, .cameraPreset(camera: 0, preset: 2), 15),
            (#"{"kind":"self_test","parts":["camera","lamps"]}"#, .selfTest([.camera, .lamps]), 120),
            (#"{"kind":"self_test"}"#, .selfTest(UnitParts(rawValue: 255)), 120),
            (#"{"kind":"send_data","data":["position"]}"#, .sendData(.position), 15),
            (#"{"kind":"restart"}"#, .restart(afterSeconds: 0), 300),
            (#"{"kind":"configure","key":"apn","value":"secret"}"#, .configure(key: "apn", value: ""), 120),
            (
                #"{"kind":"move","host":"gw2.example.org","port":7443}"#,
                .move(host: "gw2.example.org", port: 7443), 300
            ),
        ] as [(String, CommandAction, UInt16)])
    func kinds(body: String, action: CommandAction, timeoutS: UInt16) async throws {
        let (console, _, dana) = try await console()
        let answer = try await console.send(.post, path, cookie: dana, body: body)
        #expect(answer.status == 200, "\(answer.text)")
        let given = try #require(console.feed.commands(of: try UnitID("AST-0001")).commands.first)
        #expect(given.action == action)
        #expect(given.dueAt.nanoseconds - given.givenAt.nanoseconds == Int64(timeoutS) * 1_000_000_000)
        let json = answer.object
        #expect(
            json["id"] as? String == "1001" && json["state"] as? String == "sent" && json["over"] as? Bool == false
        )
        #expect(json["kind"] as? String == action.word && json["officer"] as? String == "dana")
        #expect(json["value"] == nil && !answer.text.contains("secret"))
        let audit = try #require(console.backend.audit.last)
        #expect(audit.act == .unitCommand && audit.isAllowed)
        #expect(audit.detail == "\(action.word ?? "") to AST-0001, command 1001")
    }

    @Test("section 4, commands: what changes the unit itself is for supervisors; a denial is in the audit record")
    func roles() async throws {
        let (console, aigul, _) = try await console()
        for body in [
            #"{"kind":"restart"}"#, #"{"kind":"configure","key":"apn","value":"secret"}"#,
            #"{"kind":"move","host":"gw2","port":1}"#,
        ] {
            let answer = try await console.send(.post, path, cookie: aigul, body: body)
            #expect(answer.status == 403 && answer.problem == "supervisors_only")
        }
        #expect(console.backend.audit.count == 3 && console.backend.audit.allSatisfy { !$0.isAllowed })
        #expect(!console.backend.audit.contains { $0.detail.contains("secret") })
        #expect(console.feed.commands(of: try UnitID("AST-0001")).commands.isEmpty)
        let siren = try await console.send(.post, path, cookie: aigul, body: #"{"kind":"siren","seconds":1}"#)
        #expect(siren.status == 200)
        let none = try await console.send(.get, "/v1/units/NONE/commands", cookie: aigul)
        #expect(none.status == 404 && none.problem == "unit_unknown")
    }

    @Test(
        "what is not said rightly is refused by name",
        arguments: [
            #"{}"#, #"{"kind":"fly"}"#, #"{"kind":"siren"}"#, #"{"kind":"siren","seconds":-1}"#,
            #"{"kind":"siren","seconds":65536}"#, #"{"kind":"siren","seconds":"9"}"#,
            #"{"kind":"siren","seconds":9,"percent":1}"#, #"{"kind":"siren","seconds":9,"timeout_seconds":0}"#,
            #"{"kind":"siren","seconds":9,"timeout_seconds":3601}"#, #"{"kind":"volume","percent":101}"#,
            #"{"kind":"announce","language":"kk"}"#, #"{"kind":"announce","language":"k k","text":"x"}"#,
            #"{"kind":"announce","language":"kk","text":"x","message":4}"#, #"{"kind":"announce","text":"x"}"#,
            #"{"kind":"self_test","parts":["wings"]}"#, #"{"kind":"self_test","parts":[]}"#,
            #"{"kind":"self_test","parts":"camera"}"#, #"{"kind":"self_test","parts":[1]}"#,
            #"{"kind":"configure","key":"","value":""}"#, #"{"kind":"move","host":"a b","port":1}"#,
            #"{"kind":"move","host":"a","port":0}"#,
        ])
    func badBody(body: String) async throws {
        let (console, _, dana) = try await console()
        let answer = try await console.send(.post, path, cookie: dana, body: body)
        #expect(answer.status == 400 && answer.problem == "bad_body", "\(body): \(answer.text)")
        #expect(console.feed.commands(of: try UnitID("AST-0001")).commands.isEmpty)
    }

    @Test("what the gateway refuses is answered and audited; what comes of a command is told and listed")
    func refusedAndTold() async throws {
        let (console, aigul, _) = try await console()
        for (reason, word) in [
            (RefusalReason.unitNotCapable, "unit_not_capable"), (.unitCommandsFull, "unit_commands_full"),
        ] {
            console.backend.change { $0.refusal = (reason, nil) }
            let answer = try await console.send(.post, path, cookie: aigul, body: #"{"kind":"siren","seconds":1}"#)
            #expect(answer.status == 409 && answer.problem == word)
            #expect(console.backend.audit.last?.isAllowed == false)
        }
        console.backend.change { $0.refusal = nil }
        _ = try await console.send(.post, path, cookie: aigul, body: #"{"kind":"self_test"}"#)
        let unit = try UnitID("AST-0001")
        let given = try #require(console.feed.commands(of: unit).commands.first)
        let over = UnitCommandStatus(
            id: given.id, unit: unit, officer: given.officer, action: given.action, state: .failed, value: 8,
            detail: "lens", givenAt: given.givenAt, dueAt: given.dueAt, changedAt: given.changedAt)
        console.feed.apply(.unitCommand(over), sequence: JournalSequence(2_000))
        let list = try await console.send(.get, path, cookie: aigul)
        #expect(list.text.contains(#""failed_parts":["camera"]"#) && list.text.contains(#""state":"failed""#))
        #expect(list.text.contains(#""sequence":"2000""#) && list.text.contains(#""detail":"lens""#))
    }

    @Test("of each unit the latest sixteen are kept, and what is under way before what is over")
    func bounded() throws {
        var state = FeedState(closedMax: 1)
        let unit = try UnitID("u")
        for number in UInt64(1)...40 {
            let time = WallTime(nanoseconds: Int64(number))
            let status = UnitCommandStatus(
                id: JournalSequence(number), unit: unit, officer: try OfficerID("o"), action: .siren(seconds: 1),
                state: number <= 8 ? .sent : .done, value: 0, detail: "", givenAt: time, dueAt: time,
                changedAt: time)
            _ = state.apply(.unitCommand(status), sequence: JournalSequence(number))
        }
        #expect(state.commands(of: unit).map(\.id.value) == Array(1...8) + Array(33...40))
    }
}
