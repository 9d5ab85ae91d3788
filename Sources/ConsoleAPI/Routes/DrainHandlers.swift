// Emptying the gateway: a supervisor who serves every centre sends its units to another one, before maintenance of this
// machine or for good. In memory only; in the audit record like every act.

import AlertModel
import Hummingbird
import NIOCore

extension ConsoleResponder {
    private static let unitsPerSecondMax = 10_000
    private static let hostBytesMax = 253

    /// What is left to move.
    func drain() -> Response {
        let (report, left) = backend.drain()
        return .json(
            JSONWriter.object { json in
                json.field("draining", report != nil)
                json.field("host", report?.host)
                if let report {
                    json.field("port", report.port)
                    json.field("units_per_second", report.unitsPerSecond)
                } else {
                    json.field("port", String?.none)
                    json.field("units_per_second", String?.none)
                }
                json.field("left", left)
                json.field("redirected", report?.redirected ?? 0)
            })
    }

    /// Begins to empty the gateway, or changes where to and how fast, and answers how that stands.
    func beginDrain(_ call: ConsoleCall) async throws -> Response {
        let officer = try call.officer()
        let body = try StrictBody(call.body, keys: ["host"], numbers: ["port", "units_per_second"])
        let host = try body.required("host")
        guard (1...Self.hostBytesMax).contains(host.utf8.count), host.utf8.allSatisfy(Self.isOfHost) else {
            throw Problem.badBody(
                "'host' is '\(host.prefix(64))'; it must be a name or an address without brackets.")
        }
        let port = try number("port", of: body, in: 1...Int(UInt16.max))
        let rate = try number("units_per_second", of: body, in: 1...Self.unitsPerSecondMax)
        let what = "to \(host):\(port), \(rate) units a second"
        try admit(officer)
        backend.drain(to: DrainReport(host: host, port: UInt16(port), unitsPerSecond: UInt32(rate)))
        await audit(call, officer, isAllowed: true, detail: what)
        return drain()
    }

    /// Takes the order back: who is here stays.
    func endDrain(_ call: ConsoleCall) async throws -> Response {
        _ = try StrictBody(call.body, keys: [])
        let officer = try call.officer()
        try admit(officer)
        backend.drain(to: nil)
        await audit(call, officer, isAllowed: true, detail: "ended")
        return Response(status: .noContent)
    }

    /// The units of every centre are moved, so it takes a supervisor of all of them.
    private func admit(_ officer: OfficerAccount) throws(Problem) {
        guard feed.centres().allSatisfy(officer.serves) else { throw .notYourCentre }
    }

    private func number(_ key: String, of body: StrictBody, in range: ClosedRange<Int>) throws(Problem) -> Int {
        guard let number = body.number(key) else { throw .badBody("'\(key)' is missing.") }
        guard range.contains(number) else {
            throw .badBody("'\(key)' is \(number); it must be from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    private static func isOfHost(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
