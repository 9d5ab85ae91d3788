import Foundation
import HTTPTypes
import Testing

@testable import ConsoleAPI

@Suite("The web console's files")
struct FilesTests {
    @Test("files have their type, a tag, and are asked for again each time")
    func files() async throws {
        let console = try Console()
        let index = try await console.send(.get, "/")
        #expect(index.status == 200)
        #expect(index.text.contains("<title>SOS</title>"))
        #expect(index.headers[.contentType] == "text/html; charset=utf-8")
        #expect(index.headers[.cacheControl] == "no-cache")
        #expect(try await console.send(.get, "/index.html").text == index.text)
        let script = try await console.send(.get, "/scripts/queue.js?v=1")
        #expect(script.headers[.contentType] == "text/javascript; charset=utf-8")
        let tag = try #require(script.headers[.eTag])
        for known in [tag, "W/\(tag)", "\"other\", \(tag)"] {
            let again = try await console.send(.get, "/scripts/queue.js", headers: [.ifNoneMatch: known])
            #expect(again.status == 304)
            #expect(again.text.isEmpty)
        }
        let changed = try await console.send(.get, "/scripts/queue.js", headers: [.ifNoneMatch: "\"other\""])
        #expect(changed.status == 200)
    }

    @Test(
        "nothing else on the disk can be named",
        arguments: [
            "/.hidden", "/../cert.pem", "/%2e%2e/key.pem", "/scripts", "/scripts/", "//index.html",
            "/web/index.html",
        ])
    func nothingElse(path: String) async throws {
        #expect(try await Console().send(.get, path).problem == "not_found")
    }

    @Test("a directory that cannot be served stops the start and says why")
    func badDirectories() throws {
        let console = try Console()
        let limits = ConsoleLimits()
        #expect(throws: ConsoleServerError.self) { try ConsoleFiles(directory: "/no/such", limits: limits) }
        let empty = console.directory.appendingPathComponent("web/scripts").path
        let error = #expect(throws: ConsoleServerError.self) { try ConsoleFiles(directory: empty, limits: limits) }
        #expect(error?.description.contains("no index.html") == true)
        var few = limits
        few.filesMax = 1
        let web = console.directory.appendingPathComponent("web").path
        #expect(throws: ConsoleServerError.self) { try ConsoleFiles(directory: web, limits: few) }
        var small = limits
        small.fileBytesMax = 3
        #expect(throws: ConsoleServerError.self) { try ConsoleFiles(directory: web, limits: small) }
    }
}
