import AlertModel
import Foundation
import NIOCore
import Testing

@testable import ConsoleAPI

@Suite("Words, times and JSON")
struct WordsTests {
    private func check<Value: Worded>(_ type: Value.Type) {
        #expect(Set(Value.allCases.map(\.word)).count == Value.allCases.count)
        for value in Value.allCases {
            #expect(Value(word: value.word) == value)
            #expect(value.word.allSatisfy { $0.isLowercase || $0 == "_" })
        }
        #expect(Value(word: "nonsense") == nil)
    }

    @Test("every value has its own word and comes back from it")
    func words() {
        check(Category.self)
        check(Priority.self)
        check(Stage.self)
        check(Outcome.self)
        check(EscalationLevel.self)
        check(RefusalReason.self)
        check(FaultKind.self)
        check(OutageScope.self)
        #expect(Category.roadAccident.word == "road_accident")
        #expect(Outcome.cannotLocate.word == "cannot_locate")
    }

    @Test(
        "times are RFC 3339 with milliseconds and a numeric zone",
        arguments: [
            (0, "1970-01-01T00:00:00.000+00:00"),
            (951_782_400_000, "2000-02-29T00:00:00.000+00:00"),
            (1_735_689_599_999, "2024-12-31T23:59:59.999+00:00"),
            (4_107_542_400_001, "2100-03-01T00:00:00.001+00:00"),
        ])
    func times(milliseconds: Int64, text: String) {
        #expect(WallTime(nanoseconds: milliseconds * 1_000_000 + 999_999).text == text)
    }

    @Test("times agree with Foundation over two centuries")
    func timesAgree() {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for day in stride(from: 0, to: 73_000, by: 17) {
            let seconds = Int64(day) * 86_400 + Int64(day * 7_919 % 86_400)
            let expected = Date(timeIntervalSince1970: Double(seconds)).formatted(style)
            #expect(WallTime(nanoseconds: seconds * 1_000_000_000).text == expected.dropLast() + "+00:00")
        }
    }

    @Test("an alert's JSON has every key, exact numbers and texts for large ones")
    func alertJSON() throws {
        let position = LastPosition(
            point: try #require(GeoPoint(latitudeE7: -5, longitudeE7: 714_491_000)), accuracyCm: 1_205, ageS: 3)
        let alert = try Sample.alert(UInt64.max, category: .roadAccident, priority: .urgent, position: position)
        let view = AlertView(alert: alert, place: "км 12 \"Кокшетау\"\n", unitPoint: nil)
        let text = view.jsonText
        #expect(
            text == """
                {"id":"18446744073709551615","unit":"AST-0001","place":"км 12 \\"Кокшетау\\"\\u000a","centre":"astana",\
                "category":"road_accident","priority":"urgent","priority_level":1,"queue_priority_level":1,"stage":"stored",\
                "raised_at":"2026-11-18T11:06:40.125+00:00","pressed_at":"2026-11-18T11:06:40.125+00:00",\
                "stored_at":"2026-11-18T11:06:40.125+00:00","ringing_at":null,"answered_at":null,"dispatched_at":null,\
                "arrived_at":null,"closed_at":null,"cancelled_at":null,"press_count":1,\
                "last_press_at":"2026-11-18T11:06:40.125+00:00","position":{"lat":-0.0000005,"lon":71.4491000,\
                "accuracy_m":12.05,"age_s":3},"owner":null,"confirmed_stage":null,"outcome":null,"note":"",\
                "escalation":"none","escalation_level":0,"former_centre":null,"next_step_at":null,"ring_count":0,\
                "audit_count":0,"technical":false,"faults":[],"cleared_at":null,"outage":null,"sequence":"18446744073709551615"}
                """)
        #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) is [String: Any])
    }

    @Test("a technical alert says for what it stands, and an outage for how many")
    func technicalJSON() throws {
        var alert = try Sample.alert(1, category: .linkLost, priority: .property)
        alert.pressCount = 0
        alert.faults = [FaultSet(.linkLost), FaultSet(.doorOpen)]
        alert.clearedAt = alert.storedAt
        alert.outage = OutageSummary(scope: .carrier, name: "kcell", lost: 4_812, peak: 5_000)
        #expect(
            AlertView(alert: alert, place: "", unitPoint: nil).jsonText.contains(
                #""technical":true,"faults":["door_open","link_lost"],"cleared_at":"2026-11-18T11:06:40.125+00:00","#
                    + #""outage":{"scope":"carrier","name":"kcell","lost":4812,"peak":5000}"#))
        let record = try Sample.unit("AST-0001", centre: "astana").record
        let status = UnitStatus(
            record: record, isOnline: false, isRegistered: true, linkChangedAt: nil,
            faults: [FaultSet(.linkLost), FaultSet(.testMissed)], maintenanceEndsAt: alert.storedAt,
            lastTestAt: alert.storedAt, outage: AlertID(.max))
        #expect(
            String(buffer: UnitView(status: status, isRemoved: false).json).contains(
                #""faults":["test_missed","link_lost"],"lost":true,"maintenance_ends_at":"2026-11-18T11:06:40.125+00:00","#
                    + #""last_test_at":"2026-11-18T11:06:40.125+00:00","outage":"18446744073709551615""#))
    }

    @Test("without a position in the press the unit's surveyed point stands in")
    func surveyedPoint() throws {
        let point = try #require(GeoPoint(latitudeE7: 511_694_000, longitudeE7: 714_491_000))
        let view = AlertView(alert: try Sample.alert(1), place: "", unitPoint: point)
        #expect(
            view.jsonText.contains(
                "\"position\":{\"lat\":51.1694000,\"lon\":71.4491000,\"accuracy_m\":null,\"age_s\":null}"))
        let unknown = AlertView(alert: try Sample.alert(1), place: "", unitPoint: nil)
        #expect(unknown.jsonText.contains("\"position\":null"))
    }
}
