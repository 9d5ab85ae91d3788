import AlertModel
import HTTPTypes
import Testing

@testable import ConsoleAPI

@Suite("Emptying the gateway")
struct DrainTests {
    private let path = "/v1/drain"
    private let order = #"{"host":"gw2.example.org","port":7443,"units_per_second":200}"#

    /// A console whose officer is a supervisor of every centre.
    private func console() async throws -> (Console, cookie: String) {
        let console = try Console()
        let dana = try Sample.account("dana", centres: ["astana", "almaty"], role: .supervisor)
        let erlan = try Sample.account("erlan", centres: ["astana"], role: .supervisor)
        console.backend.change { $0.accounts.merge([dana.id: dana, erlan.id: erlan]) { $1 } }
        return (console, try await console.cookie("dana"))
    }

    @Test("a supervisor of every centre begins it, sees how it stands, and ends it; each is audited")
    func begins() async throws {
        let (console, cookie) = try await console()
        let before = try await console.send(.get, path, cookie: cookie)
        #expect(
            before.text
                == #"{"draining":false,"host":null,"port":null,"units_per_second":null,"left":12,"redirected":0}"#)
        let begun = try await console.send(.put, path, cookie: cookie, body: order)
        #expect(begun.status == 200)
        #expect(
            begun.text
                == #"{"draining":true,"host":"gw2.example.org","port":7443,"units_per_second":200,"left":12,"redirected":0}"#
        )
        #expect(try await console.send(.get, path, cookie: cookie).text == begun.text)
        #expect(try await console.send(.delete, path, cookie: cookie, body: "{}").status == 204)
        #expect(try await console.send(.get, path, cookie: cookie).text == before.text)
        #expect(
            console.backend.audit.map(\.detail) == ["to gw2.example.org:7443, 200 units a second", "ended"])
        #expect(console.backend.audit.allSatisfy { $0.act == .drain && $0.isAllowed && $0.officer == "dana" })
    }

    @Test("what is no order is refused by name, and nothing changes")
    func badOrders() async throws {
        let (console, cookie) = try await console()
        let bodies = [
            "{}", #"{"host":"gw2","port":7443}"#, #"{"host":"gw2","units_per_second":1}"#,
            #"{"host":"","port":7443,"units_per_second":1}"#, #"{"host":"a b","port":7443,"units_per_second":1}"#,
            #"{"host":"[::1]","port":7443,"units_per_second":1}"#,
            #"{"host":"gw2","port":0,"units_per_second":1}"#,
            #"{"host":"gw2","port":65536,"units_per_second":1}"#, #"{"host":"gw2","port":1,"units_per_second":0}"#,
            #"{"host":"gw2","port":1,"units_per_second":10001}"#,
            #"{"host":"gw2","port":"1","units_per_second":1}"#,
            #"{"host":"\#(String(repeating: "a", count: 254))","port":1,"units_per_second":1}"#,
            #"{"host":"gw2","port":1,"units_per_second":1,"force":"yes"}"#,
        ]
        for body in bodies {
            #expect(
                try await console.send(.put, path, cookie: cookie, body: body).problem == "bad_body", "\(body)")
        }
        #expect(console.backend.drain().report == nil && console.backend.audit.isEmpty)
    }

    @Test("officers and supervisors of some centres may not; the attempt is audited")
    func denied() async throws {
        let (console, _) = try await console()
        let (officer, some) = (try await console.cookie("aigul"), try await console.cookie("erlan"))
        for method in [HTTPRequest.Method.put, .delete] {
            let body = method == .put ? order : "{}"
            #expect(
                try await console.send(method, path, cookie: officer, body: body).problem == "supervisors_only")
            #expect(try await console.send(method, path, cookie: some, body: body).problem == "not_your_centre")
        }
        #expect(try await console.send(.get, path, cookie: officer).problem == "supervisors_only")
        #expect(try await console.send(.get, path, cookie: some).status == 200)
        #expect(console.backend.drain().report == nil)
        #expect(console.backend.audit.count { $0.officer == "erlan" && $0.act == .drain && !$0.isAllowed } == 2)
    }
}
