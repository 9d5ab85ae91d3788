import AlertModel
import Testing

@Suite("Feed entries and answers as bytes")
struct FeedAndAnswerTests {
    private let sequence = JournalSequence(.max)

    @Test("samples cover every kind")
    func covered() {
        #expect(Set(Samples.feed.map(\.kind)) == Set(FeedEntry.Kind.allCases))
        #expect(Set(Samples.answers.map(\.kind)) == Set(UnitAnswer.Kind.allCases))
    }

    @Test("feed entries: round trip, truncation, room", arguments: Samples.feed)
    func feed(entry: FeedEntry) throws {
        let body = try #require(
            bytes(FeedEntry.bodyBytesMax) { entry.encode(sequence: sequence, into: $0) })
        let read = try decodeFeed(entry.kind.rawValue, body)
        #expect(read.sequence == sequence && read.entry == entry)
        for length in 0..<body.count {
            let error = decodeError { _ = try decodeFeed(entry.kind.rawValue, Array(body.prefix(length))) }
            // A centre's name is where its entry ended once.
            let isOlder = entry.kind == .centre && length == body.count - 11
            #expect(error?.reason == (isOlder ? nil : .truncated), "\(length) of \(body.count) bytes")
            #expect(bytes(length) { entry.encode(sequence: sequence, into: $0) } == nil)
        }
    }

    @Test("the biggest alert fits a feed entry", arguments: Samples.longTexts)
    func biggest(text: String) throws {
        let entry = FeedEntry.alert(Samples.alert(note: text))
        let body = try #require(
            bytes(FeedEntry.bodyBytesMax) { entry.encode(sequence: sequence, into: $0) })
        guard case .alert(let alert) = try decodeFeed(entry.kind.rawValue, body).entry else {
            Issue.record("not an alert")
            return
        }
        #expect(text.hasPrefix(alert.note) && alert.note.utf8.count <= OfficerAction.noteBytesMax)
    }

    @Test("the biggest commands to a unit fit feed, event and answer, and no feed entry has a setting's value")
    func biggestCommand() throws {
        func text(_ bytes: Int) -> String { String(repeating: "x", count: bytes) }
        let actions: [CommandAction] = [
            .announce(
                message: 0, language: text(CommandAction.languageBytesMax), text: text(CommandAction.textBytesMax)),
            .configure(key: text(CommandAction.keyBytesMax), value: text(CommandAction.valueBytesMax)),
            .move(host: text(CommandAction.hostBytesMax), port: 1),
        ]
        for action in actions {
            #expect(action.isSayable)
            let status = UnitCommandStatus(
                id: sequence, unit: Samples.unit, officer: Samples.officer, action: action, state: .failed,
                value: .max, detail: text(UnitCommandAnswer.detailBytesMax), givenAt: Samples.time,
                dueAt: Samples.time, changedAt: Samples.time)
            let entry = FeedEntry.unitCommand(status)
            let body = try #require(bytes(FeedEntry.bodyBytesMax) { entry.encode(sequence: sequence, into: $0) })
            #expect(try decodeFeed(entry.kind.rawValue, body).entry == entry)
            #expect(status.action == action.withoutSecrets)
            let given = UnitCommand(
                command: CommandID(1), unit: Samples.unit, officer: Samples.officer, timeoutS: 1, action: action)
            #expect(bytes(Event.bodyBytesMax) { Event.unitCommanded(given).encode(into: $0) } != nil)
            let answer = UnitAnswer.command(LinkID(1), id: sequence, validForS: 1, action: action)
            #expect(bytes(answer.bodyBytesMax) { answer.encode(into: $0) } != nil)
        }
    }

    @Test("answers: round trip, truncation, one slot", arguments: Samples.answers)
    func answers(answer: UnitAnswer) throws {
        let body = try #require(bytes(answer.bodyBytesMax) { answer.encode(into: $0) })
        #expect(try decodeAnswer(answer.kind.rawValue, body) == answer)
        for length in 0..<body.count {
            let error = decodeError { _ = try decodeAnswer(answer.kind.rawValue, Array(body.prefix(length))) }
            #expect(error?.reason == .truncated)
            #expect(bytes(length) { answer.encode(into: $0) } == nil)
        }
    }

    @Test("closed lists keep their numbers")
    func pinned() {
        #expect(Category.allCases.map(\.rawValue) == Array(1...8))
        #expect(Priority.allCases.map(\.rawValue) == Array(0...4))
        #expect(Stage.allCases.map(\.rawValue) == Array(1...6))
        #expect(Outcome.allCases.prefix(8).map(\.rawValue) == Array(1...8))
        #expect(FaultKind.allCases.map(\.rawValue) == Array(1...21))
        #expect(ActionKind.allCases.prefix(8).map(\.rawValue) == Array(1...8))
        #expect(LinkEnd.allCases.prefix(7).map(\.rawValue) == Array(1...7))
        #expect(RefusalReason.allCases.map(\.rawValue) == Array(1...20))
        #expect(EscalationLevel.allCases.map(\.rawValue) == Array(0...5))
        #expect(
            TimerKind.allCases.map(\.rawValue) == Array(1...4) + Array(16...25)
                && CentreState.allCases.map(\.rawValue) == Array(1...5)
                && CentreKind.allCases.map(\.rawValue) == [1, 2])
        #expect(Category.police.rawValue == 1 && Category.test.rawValue == 8)
        #expect(Stage.stored.rawValue == 1 && Stage.closed.rawValue == 6 && FaultKind.linkFlapping.rawValue == 18)
        #expect(Outcome.real.rawValue == 1 && Outcome.referred.rawValue == 8)
        #expect(FeedEntry.Kind.allCases.map(\.rawValue) == Array(1...8))
        #expect(UnitAnswer.Kind.allCases.map(\.rawValue) == Array(1...4))
    }
}
