// When the gateway's certificates end and its revocation lists are overdue, and who is told when. Pure but for the holder.

import AlertModel
import ConsoleAPI
import Settings
import Synchronization
import UnitTransport

/// One end to be watched.
struct TrustDate: Hashable, Sendable {
    /// What kind of warning its coming near is.
    let kind: GatewayWarning.Kind
    /// The file, and what is in it, for people.
    let what: String
    let endsAt: WallTime
}

/// Every end to be watched; a reload replaces them. Any thread.
final class TrustDates: Sendable {
    private let units = Mutex<[TrustDate]>([])
    private let console = Mutex<[TrustDate]>([])

    /// The units' side.
    func replace(with dates: [TrustDate]) { units.withLock { $0 = dates } }

    /// The console's certificate.
    func replace(console endsAt: WallTime, file: String) {
        console.withLock { $0 = [TrustDate(kind: .certificateExpiring, what: file, endsAt: endsAt)] }
    }

    /// What the gateway starts with. Bad lists count as overdue until a reload brings good ones.
    func begin(_ start: TrustStart, _ settings: Settings, console endsAt: WallTime) {
        let bad = start.listProblem.map { problem in
            TrustDate(
                kind: .revocationListOverdue, what: "\(problem): the copy of the last good list",
                endsAt: WallTime(nanoseconds: 0))
        }
        replace(with: Self.of(start.trust, settings.units) + (bad.map { [$0] } ?? []))
        replace(console: endsAt, file: settings.console.certificateFile)
    }

    /// All of them.
    var all: [TrustDate] { units.withLock { $0 } + console.withLock { $0 } }

    /// The ends in a trust.
    static func of(_ trust: Trust, _ settings: UnitSettings) -> [TrustDate] {
        let certificate = TrustDate(
            kind: .certificateExpiring, what: settings.certificateFile, endsAt: trust.certificateEndsAt)
        let lists = trust.listEnds.map { list in
            TrustDate(kind: .revocationListOverdue, what: "\(list.file) of \(list.issuer)", endsAt: list.endsAt)
        }
        return [certificate] + lists
    }
}

/// Turns ends and the time into warnings: a certificate's at 30, 7 and 1 days and at its end, a list's at its end.
struct TrustWatch {
    /// What to say.
    enum Verdict: Hashable {
        case raise(GatewayWarning.Kind, String)
        case clear(GatewayWarning.Kind, String)
    }

    /// Days before a certificate's end at which it is said, the next one louder than the last.
    static let daysBefore: [Int64] = [30, 7, 1, 0]
    private static let dayNs: Int64 = 86_400_000_000_000

    /// What was said last of each kind.
    private var said: [GatewayWarning.Kind: String] = [:]

    /// - Returns: what is new; empty nearly always.
    mutating func look(_ dates: [TrustDate], now: WallTime) -> [Verdict] {
        [GatewayWarning.Kind.certificateExpiring, .revocationListOverdue].compactMap { kind in
            let texts = dates.filter { $0.kind == kind }.compactMap { Self.text($0, now: now) }
            let text = texts.isEmpty ? nil : texts.joined(separator: "; ")
            guard text != said[kind] else { return nil }
            said[kind] = text
            if let text { return .raise(kind, text) }
            return .clear(kind, "a new one is in force")
        }
    }

    /// nil while an end is far. The text changes only when a step is reached, so that each is told once.
    private static func text(_ date: TrustDate, now: WallTime) -> String? {
        let (left, overflows) = date.endsAt.nanoseconds.subtractingReportingOverflow(now.nanoseconds)
        if overflows { return nil }
        if date.kind == .revocationListOverdue { return left < 0 ? "\(date.what) was to be replaced by now" : nil }
        guard let days = daysBefore.last(where: { left <= $0 * dayNs }) else { return nil }
        return days == 0
            ? "\(date.what) has ended" : "\(date.what) ends within \(days) \(days == 1 ? "day" : "days")"
    }
}
