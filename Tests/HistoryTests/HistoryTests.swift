// The read model: what goes in comes out, twice is once, older never wins, damage is named.

import AlertModel
import Foundation
import Testing

@testable import History

@Suite struct HistoryTests {
    @Test(arguments: [UInt64(1), 2, 20_261_121])
    func everyFieldComesBack(seed: UInt64) async throws {
        try await withDirectory { directory in
            var generator = SeededGenerator(seed: seed)
            let history = try History(path: "\(directory)/history.sqlite")
            var alerts: [Alert] = []
            for id in 1...200 { alerts.append(try randomAlert(id: UInt64(id), using: &generator)) }
            try history.apply(alerts.map { ($0.changedBy, .alert($0)) })
            for alert in alerts {
                #expect(try await history.alert(alert.id) == alert, "seed \(seed)")
            }
            #expect(try await history.alert(AlertID(201)) == nil)
        }
    }

    @Test func twiceIsOnceAndReopeningKeepsEverything() async throws {
        try await withDirectory { directory in
            var generator = SeededGenerator(seed: 7)
            let path = "\(directory)/history.sqlite"
            let alert = try randomAlert(id: 5, using: &generator)
            let gone = FeedEntry.unitGone(try UnitID("AST-1"))
            do {
                let history = try History(path: path)
                #expect(try history.lastSequence() == .zero)
                try history.apply([])
                #expect(try history.lastSequence() == .zero)
                for _ in 1...2 {
                    try history.apply([(alert.changedBy, .alert(alert)), (JournalSequence(9_000), gone)])
                    #expect(try history.lastSequence() == JournalSequence(9_000))
                }
                try history.apply([(JournalSequence(8_000), gone)])
            }
            let history = try History(path: path)
            #expect(try history.lastSequence() == JournalSequence(9_000))
            #expect(try await history.alert(alert.id) == alert)
            #expect(try history.store.diagnose("SELECT count(*) FROM alert") == "1")
            try history.removeAll()
            #expect(try history.lastSequence() == .zero)
            #expect(try await history.alert(alert.id) == nil)
        }
    }

    @Test func olderNeverOverwritesNewer() async throws {
        try await withDirectory { directory in
            var generator = SeededGenerator(seed: 8)
            let history = try History(path: "\(directory)/history.sqlite")
            var newer = try randomAlert(id: 5, using: &generator)
            newer.changedBy = JournalSequence(50)
            var older = newer
            older.changedBy = JournalSequence(49)
            older.note = "older"
            try history.apply([(newer.changedBy, .alert(newer)), (older.changedBy, .alert(older))])
            try history.apply([(older.changedBy, .alert(older))])
            #expect(try await history.alert(newer.id) == newer)
            // One record may change an alert more than once; the last entry is the state behind it.
            var later = newer
            later.note = "later"
            try history.apply([(later.changedBy, .alert(later))])
            #expect(try await history.alert(newer.id) == later)
        }
    }

    @Test func closedAlertsComeInPages() async throws {
        try await withDirectory { directory in
            var generator = SeededGenerator(seed: 9)
            let history = try History(path: "\(directory)/history.sqlite")
            var alerts: [Alert] = []
            for id in 1...300 { alerts.append(try randomAlert(id: UInt64(id), using: &generator)) }
            try history.apply(alerts.map { ($0.changedBy, .alert($0)) })
            let astana = try CentreID("astana")
            let expected = alerts.reversed().filter { $0.centre == astana && $0.stage == .closed }
            var pages: [Alert] = []
            while true {
                let page = try await history.closedAlerts(centre: astana, before: pages.last?.id, limit: 7)
                #expect(page.count <= 7)
                if page.isEmpty { break }
                pages += page
            }
            #expect(pages == Array(expected))
            #expect(try await history.closedAlerts(centre: astana, limit: -1).isEmpty)
            #expect(try await history.closedAlerts(centre: astana, limit: .max).count == expected.count)
        }
    }

    @Test func failedBatchLeavesNothing() async throws {
        try await withDirectory { directory in
            var generator = SeededGenerator(seed: 10)
            let history = try History(path: "\(directory)/history.sqlite")
            _ = try history.store.diagnose(
                "CREATE TRIGGER refuse BEFORE INSERT ON alert WHEN NEW.id = 2 BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
            let first = try randomAlert(id: 1, using: &generator)
            let second = try randomAlert(id: 2, using: &generator)
            #expect(throws: HistoryError.self) {
                try history.apply([(first.changedBy, .alert(first)), (second.changedBy, .alert(second))])
            }
            #expect(try history.lastSequence() == .zero)
            #expect(try await history.alert(first.id) == nil)
        }
    }

    @Test func nothingIsLostBehindAZeroByte() async throws {
        try await withDirectory { directory in
            var generator = SeededGenerator(seed: 12)
            let history = try History(path: "\(directory)/history.sqlite")
            var alert = try randomAlert(id: 1, using: &generator)
            alert.note = "before\u{0}behind"
            try history.apply([(alert.changedBy, .alert(alert))])
            #expect(try await history.alert(alert.id)?.note == "before\u{FFFD}behind")
        }
    }

    @Test func damagedValueIsNamed() async throws {
        try await withDirectory { directory in
            var generator = SeededGenerator(seed: 11)
            let history = try History(path: "\(directory)/history.sqlite")
            let alert = try randomAlert(id: 1, using: &generator)
            try history.apply([(alert.changedBy, .alert(alert))])
            _ = try history.store.diagnose("UPDATE alert SET press_boot = -1")
            do throws(HistoryError) {
                _ = try await history.alert(alert.id)
                Issue.record("a boot of -1 was read")
            } catch {
                #expect(error.reason == .damaged)
                #expect(error.description.contains("press_boot"))
            }
        }
    }
}
