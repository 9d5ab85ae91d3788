// Ends of certificates and lists: told in steps, once each, and over with a new one.

import AlertModel
import ConsoleAPI
import Testing

@testable import GatewayApp

@Suite("Ends of certificates and lists")
struct TrustWatchTests {
    private static let dayNs: Int64 = 86_400_000_000_000
    private static let start = WallTime(nanoseconds: 1_000 * dayNs)

    private func at(days: Double) -> WallTime {
        WallTime(nanoseconds: Self.start.nanoseconds + Int64(days * Double(Self.dayNs)))
    }

    @Test("a certificate is told of at 30, 7 and 1 days and at its end, once each")
    func certificate() {
        var watch = TrustWatch()
        let dates = [TrustDate(kind: .certificateExpiring, what: "gateway.pem", endsAt: at(days: 100))]
        let expected: [(Double, String?)] = [
            (0, nil), (69.9, nil), (70, "gateway.pem ends within 30 days"), (71, nil), (92.9, nil),
            (93, "gateway.pem ends within 7 days"), (98.9, nil), (99, "gateway.pem ends within 1 day"),
            (99.9, nil),
            (100, "gateway.pem has ended"), (200, nil),
        ]
        for (day, text) in expected {
            let told = watch.look(dates, now: at(days: day))
            #expect(told == (text.map { [.raise(.certificateExpiring, $0)] } ?? []), "day \(day)")
        }
        let renewed = [TrustDate(kind: .certificateExpiring, what: "gateway.pem", endsAt: at(days: 500))]
        #expect(watch.look(renewed, now: at(days: 200)) == [.clear(.certificateExpiring, "a new one is in force")])
        #expect(watch.look(renewed, now: at(days: 201)) == [])
    }

    @Test("several are told together; a list only when it is overdue")
    func several() {
        var watch = TrustWatch()
        let dates = [
            TrustDate(kind: .certificateExpiring, what: "a", endsAt: at(days: 5)),
            TrustDate(kind: .revocationListOverdue, what: "list", endsAt: at(days: 1)),
            TrustDate(kind: .certificateExpiring, what: "b", endsAt: at(days: 20)),
        ]
        #expect(
            watch.look(dates, now: at(days: 0.5)) == [
                .raise(.certificateExpiring, "a ends within 7 days; b ends within 30 days")
            ])
        #expect(
            watch.look(dates, now: at(days: 1.1)) == [
                .raise(.revocationListOverdue, "list was to be replaced by now")
            ])
        #expect(watch.look(Array(dates[..<1]), now: at(days: 1.2)).count == 2)
    }

    @Test("times at the ends of their range trap nothing")
    func extremes() {
        var watch = TrustWatch()
        for end in [Int64.min, 0, .max] {
            for now in [Int64.min, 0, .max] {
                for kind in [GatewayWarning.Kind.certificateExpiring, .revocationListOverdue] {
                    let date = TrustDate(kind: kind, what: "x", endsAt: WallTime(nanoseconds: end))
                    _ = watch.look([date], now: WallTime(nanoseconds: now))
                }
            }
        }
    }
}
