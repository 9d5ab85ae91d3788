// Verdicts on when a unit did something, from times that somebody measured: no clock is read here.

/// Judges rows of times against sections 4 and 5 of the document. Times are milliseconds.
public enum TimingJudge {
    /// What a busy machine and a slow link may add to a wait.
    public static let slackMs = 700
    /// What may be missing: the unit's wait began before we saw the connection end.
    public static let earlyMs = 60

    /// Row of waits before a connection: 0 to 1 s, then each base times 0.5 to 1.0.
    static let row: [ClosedRange<Int>] =
        [0...1_000] + [1_000, 2_000, 4_000, 8_000, 16_000, 30_000].map { ($0 / 2)...$0 }

    /// Whether waits between connections follow the row from some place of it on, with jitter.
    ///
    /// - Parameter waitsMs: from the end of each connection to the begin of the next.
    public static func backoff(_ waitsMs: [Int]) -> ConformanceVerdict {
        let expected = "waits of a row 0–1, 0.5–1, 1–2, 2–4, 4–8, 8–16, 15–30 s, without a pattern"
        let came = waitsMs.map(seconds).joined(separator: ", ")
        let starts = row.indices.filter { start in
            waitsMs.indices.allSatisfy { isInside(waitsMs[$0], row[min(start + $0, row.count - 1)]) }
        }
        guard let start = starts.first else { return .fail(expected: expected, came: came) }
        // A unit without jitter shows the same part of each base; four random ones are within 1 % of each other once
        // in 30,000 runs.
        let parts = waitsMs.indices.compactMap { place -> Int? in
            let base = row[min(start + place, row.count - 1)]
            return base.lowerBound == 0 ? nil : waitsMs[place] * 1_000 / base.upperBound
        }
        guard parts.count >= 4, let least = parts.min(), let most = parts.max() else { return .pass }
        return most - least > 10 ? .pass : .fail(expected: expected, came: "\(came): the same part of each base")
    }

    /// Whether an unanswered press was sent again after 2 s, then 2, 4 and the connection given up 8 s later.
    ///
    /// - Parameters:
    ///   - sentMs: when each sending came.
    ///   - endMs: when the unit ended the connection; nil when it did not.
    public static func repeats(_ sentMs: [Int], endMs: Int?) -> (row: ConformanceVerdict, end: ConformanceVerdict)
    {
        let waits = zip(sentMs.dropFirst(), sentMs).map { $0 - $1 }
        let allowed = [2_000...2_100, 1_600...2_400, 3_200...4_800]
        let isRow = waits.count == allowed.count && zip(waits, allowed).allSatisfy { isInside($0, $1) }
        let row: ConformanceVerdict =
            isRow
            ? .pass
            : .fail(
                expected: "four sendings, 2 s, 2 × 0.8–1.2 s and 4 × 0.8–1.2 s apart",
                came: "\(sentMs.count) sendings, \(waits.map(seconds).joined(separator: ", ")) apart")
        guard let endMs, let last = sentMs.last else {
            return (row, .fail(expected: "the connection ended by the unit", came: "it stayed"))
        }
        let end: ConformanceVerdict =
            isInside(endMs - last, 6_400...9_600)
            ? .pass
            : .fail(
                expected: "the end 8 × 0.8–1.2 s after the last sending", came: "\(seconds(endMs - last)) after it"
            )
        return (row, end)
    }

    /// Whether frames came at least once an interval.
    ///
    /// - Parameters:
    ///   - framesMs: when each came; the first begins the first interval.
    ///   - untilMs: end of the watch.
    public static func heartbeats(_ framesMs: [Int], untilMs: Int, intervalMs: Int) -> ConformanceVerdict {
        let times = framesMs + [untilMs]
        let longest = zip(times.dropFirst(), times).map { $0 - $1 }.max() ?? 0
        guard longest > intervalMs + slackMs else { return .pass }
        return .fail(expected: "a frame every \(seconds(intervalMs))", came: "\(seconds(longest)) without one")
    }

    /// Whether attempts with a press pending begin 1 to 2 s after each other.
    ///
    /// - Parameter gapsMs: from the begin of one short attempt to the begin of the next.
    public static func hurry(_ gapsMs: [Int]) -> ConformanceVerdict {
        guard let odd = gapsMs.first(where: { !isInside($0, 1_000...2_000) }) else { return .pass }
        return .fail(expected: "attempts 1 to 2 s apart while a press is pending", came: "\(seconds(odd)) apart")
    }

    private static func isInside(_ value: Int, _ range: ClosedRange<Int>) -> Bool {
        range.lowerBound - earlyMs <= value && value <= range.upperBound + slackMs
    }

    /// Such as `2.05 s`.
    public static func seconds(_ ms: Int) -> String {
        let hundredths = (abs(ms) + 5) / 10
        let rest = hundredths % 100
        return "\(ms < 0 ? "-" : "")\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) s"
    }
}
