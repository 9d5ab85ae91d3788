import AlertModel
import LinuxIO
import Telemetry
import Testing
import UnitProtocol

@testable import UnitTransport

extension TransportTests {
    @Suite("Links")
    struct LinkTests {
        @Test("HELLO, press, stored: the event is exact and the answer arrives")
        func pressAndAnswer() throws {
            let harness = try Harness()
            let unit = try harness.open()
            let position = LastPosition(
                point: try #require(GeoPoint(latitudeE7: 511_694_000, longitudeE7: 714_491_000)), accuracyCm: 450,
                ageS: 2)
            let pressedAt = WallTime(nanoseconds: TestClock.start.wall.nanoseconds - 1_000_000_000)
            unit.send(
                .press(
                    PressMessage(
                        boot: 7, counter: 1, category: .medical, pressedAt: pressedAt, position: position)))
            try harness.pump("the press") { !harness.presses.isEmpty }
            let link = try #require(harness.links.first)
            #expect(link.unit == (try UnitID("unit-1")))
            #expect(link.boot == 7 && link.firmware == 3)
            #expect(link.link.agent == 0)
            #expect(
                harness.events.last
                    == .press(
                        Press(
                            id: MessageID(unit: link.unit, boot: 7, counter: 1), category: .medical,
                            pressedAt: pressedAt, receivedAt: TestClock.start.wall, position: position)))
            guard case .welcome(let welcome) = unit.messages.first else {
                Issue.record("the first frame is WELCOME: \(unit.messages)")
                return
            }
            #expect(welcome.heartbeatIntervalS == 30 && welcome.reportingTimeS == 90)
            #expect(welcome.gatewayTime == TestClock.start.wall)
            #expect(welcome.granted == [.stageDisplay, .siren])

            harness.answer(
                .stage(
                    link.link, boot: 7, counter: 1, alert: AlertID(12), stage: .stored, at: TestClock.start.wall))
            harness.answer(.acknowledged(link.link, boot: 7, counter: 2))
            try harness.pump("the answers") { unit.messages.count >= 3 }
            #expect(
                unit.messages[1]
                    == .stage(
                        StageNotice(
                            alert: AlertID(12), boot: 7, counter: 1, stage: .stored, at: TestClock.start.wall)))
            #expect(unit.messages[2] == .acknowledgement(Acknowledgement(boot: 7, counter: 2)))
            #expect(harness.counters.value(.pressesReceived) == 1)
            #expect(harness.counters.value(.linksOpened) == 1)
            #expect(harness.counters.value(.framesReceived) == 2)
            #expect(harness.counters.value(.framesSent) == 3)
        }

        @Test("every message of a unit becomes its event")
        func allMessages() throws {
            let harness = try Harness()
            let unit = try harness.open()
            let id = try UnitID("unit-1")
            let time = TestClock.start.wall
            let heartbeat = Heartbeat(
                power: .solar, batteryPercent: 80, signalDBm: -71, temperatureC: -20, isDoorOpen: false)
            let position = Position(
                point: try #require(GeoPoint(latitudeE7: 1, longitudeE7: 2)), accuracyCm: 3, speedCmS: 4,
                headingCentidegrees: 5, fixedAt: time, satellites: 6)
            unit.send(.heartbeat(heartbeat))
            unit.send(.position(position))
            unit.send(.cancel(CancelMessage(boot: 7, counter: 2, pressCounter: 1, cancelledAt: time)))
            unit.send(.faultBegin(FaultMessage(boot: 7, counter: 3, fault: .doorOpen, changedAt: time, detail: 1)))
            unit.send(.faultEnd(FaultMessage(boot: 7, counter: 4, fault: .doorOpen, changedAt: time, detail: 0)))
            unit.send(.stageConfirm(StageConfirm(alert: AlertID(9), stage: .ringing)))
            unit.send(.goodbye(Goodbye(.update)))
            try harness.pump("the end") { !harness.downs.isEmpty && unit.isClosed }
            let link = try #require(harness.links.first)
            #expect(harness.routineEvents == [.heartbeat(id, heartbeat), .position(id, position)])
            func messageID(_ counter: UInt32) -> MessageID { MessageID(unit: id, boot: 7, counter: counter) }
            #expect(
                Array(harness.events.dropFirst()) == [
                    .cancel(Cancel(id: messageID(2), pressCounter: 1, cancelledAt: time)),
                    .faultBegan(FaultReport(id: messageID(3), fault: .doorOpen, changedAt: time, detail: 1)),
                    .faultEnded(FaultReport(id: messageID(4), fault: .doorOpen, changedAt: time, detail: 0)),
                    .stageConfirmed(StageConfirmation(unit: id, alert: AlertID(9), stage: .ringing)),
                    .linkDown(LinkDown(unit: id, link: link.link, end: .goodbye)),
                ])
            #expect(harness.counters.value(.linksClosedGoodbye) == 1)
        }

        @Test("a command goes out as it was given, and as many results come back as it may have")
        func command() throws {
            let harness = try Harness()
            let unit = try harness.open()
            let link = try #require(harness.links.first).link
            let result = UnitCommandResult(
                id: CommandID(900), status: .failed, value: 8, detail: String(repeating: "ә", count: 500))
            unit.send(.commandResult(result))
            try harness.pump("the refusal") { unit.messages.contains { $0.type == .unable } }
            #expect(harness.events.count == 1)

            let action = CommandAction.configure(
                key: String(repeating: "k", count: CommandAction.keyBytesMax),
                value: String(repeating: "v", count: CommandAction.valueBytesMax))
            harness.answer(.command(link, id: JournalSequence(900), validForS: 60, action: action))
            try harness.pump("the command") { unit.messages.contains { $0.type == .command } }
            #expect(
                unit.messages.last == .command(Command(id: CommandID(900), validForS: 60, action: action)))
            for _ in 1...5 { unit.send(.commandResult(result)) }
            try harness.pump("the results") { unit.messages.filter { $0.type == .unable }.count == 2 }
            let cut = String(repeating: "ә", count: 100)
            let answer = UnitCommandAnswer(
                unit: try UnitID("unit-1"), id: JournalSequence(900), state: .failed, value: 8, detail: cut)
            #expect(Array(harness.events.dropFirst()) == Array(repeating: .unitCommandAnswered(answer), count: 4))
        }

        @Test("two paths of one unit are two links, and each gets its answer")
        func twoPaths() throws {
            let harness = try Harness()
            let first = try harness.open()
            let second = try harness.open()
            let links = harness.links.map(\.link)
            #expect(Set(links).count == 2)
            for (index, link) in links.enumerated() {
                harness.answer(.acknowledged(link, boot: 7, counter: UInt32(index)))
            }
            try harness.pump("both answers") { first.messages.count >= 2 && second.messages.count >= 2 }
            #expect(first.messages[1] == .acknowledgement(Acknowledgement(boot: 7, counter: 0)))
            #expect(second.messages[1] == .acknowledgement(Acknowledgement(boot: 7, counter: 1)))
            first.hangUp()
            try harness.pump("the end of one") { !harness.downs.isEmpty }
            #expect(harness.downs == [LinkDown(unit: try UnitID("unit-1"), link: links[0], end: .peerClosed)])
            second.send(Harness.press(5))
            try harness.pump("a press on the other") { harness.presses.count == 1 }
        }

        @Test("an answer to a link that is gone reaches nobody, even when its place is taken again")
        func staleAnswer() throws {
            let harness = try Harness()
            let first = try harness.open()
            let stale = try #require(harness.links.first).link
            first.hangUp()
            try harness.pump("the end") { !harness.downs.isEmpty }
            let second = try harness.open(.unitTwo)
            #expect(harness.links[1].link != stale)
            harness.answer(.acknowledged(stale, boot: 1, counter: 1))
            try harness.pump("the count") { harness.counters.value(.answersUndeliverable) == 1 }
            second.send(Harness.press(1))
            try harness.pump("the press") { harness.presses.count == 1 }
            #expect(second.messages.count == 1)
        }

        @Test(
            "HELLO's clock outside its window is told ours",
            arguments: [(21_000, true), (19_000, false), (-41_000, true), (-39_000, false)])
        func helloClock(offsetMs: Int, isTold: Bool) throws {
            let harness = try Harness()
            let time = WallTime(nanoseconds: TestClock.start.wall.nanoseconds + Int64(offsetMs) * 1_000_000)
            let unit = try harness.open(clock: time)
            unit.send(Harness.press(1))
            try harness.pump("the press") { harness.presses.count == 1 }
            harness.answer(.acknowledged(harness.links[0].link, boot: 7, counter: 1))
            try harness.pump("the answer") { unit.messages.contains { $0.type == .acknowledgement } }
            let notice = GatewayMessage.time(ClockNotice(gatewayTime: TestClock.start.wall))
            #expect(unit.messages.contains(notice) == isTold)
        }

        @Test(
            "a press from the future is told the time, one from the past may have waited; both count",
            arguments: [(21_000, true), (19_000, false), (-41_000, false), (-39_000, false)])
        func pressClock(offsetMs: Int, isTold: Bool) throws {
            let harness = try Harness()
            let unit = try harness.open()
            let time = WallTime(nanoseconds: TestClock.start.wall.nanoseconds + Int64(offsetMs) * 1_000_000)
            unit.send(Harness.press(1, at: time))
            unit.send(.unable(Unable(.unexpected, text: "mark")))
            try harness.pump("the press") { harness.presses.count == 1 }
            #expect(harness.presses[0].pressedAt == time)
            harness.answer(.acknowledged(harness.links[0].link, boot: 7, counter: 1))
            try harness.pump("the answer") { unit.messages.contains { $0.type == .acknowledgement } }
            let notice = GatewayMessage.time(ClockNotice(gatewayTime: TestClock.start.wall))
            #expect(unit.messages.contains(notice) == isTold)
        }

        @Test("a full urgent lane holds the press back and delivers it when there is room; others wait too")
        func fullUrgentLane() throws {
            let harness = try Harness(urgentSlots: 4)
            let unit = try harness.open()
            harness.drainsUrgent = false
            for counter in 1...10 { unit.send(Harness.press(UInt32(counter))) }
            try harness.pump("the full lane") { harness.counters.value(.urgentLaneFull) == 1 }
            // What is sent now is not even read.
            for counter in 11...20 { unit.send(Harness.press(UInt32(counter))) }
            // No silence while we are the ones who do not listen.
            for _ in 0..<20 {
                harness.advance(seconds: 20)
                harness.turn()
            }
            #expect(harness.counters.value(.pressesReceived) == 4)
            #expect(harness.counters.value(.urgentLaneFull) == 1)
            harness.drainsUrgent = true
            try harness.pump("all presses") { harness.presses.count == 20 }
            #expect(harness.presses.map(\.id.counter) == (1...20).map(UInt32.init))
            #expect(harness.downs.isEmpty)
        }

        @Test("a link that ends while the urgent lane is full is still told, in order")
        func downWhileFull() throws {
            let harness = try Harness(urgentSlots: 4)
            let first = try harness.open()
            let second = try harness.open(.unitTwo)
            harness.drainsUrgent = false
            for counter in 1...4 { second.send(Harness.press(UInt32(counter))) }
            try harness.pump("four presses") { harness.counters.value(.pressesReceived) == 4 }
            first.hangUp()
            try harness.pump("the end of the first") { harness.counters.value(.linksClosedPeer) == 1 }
            second.hangUp()
            try harness.pump("the end of the second") { harness.counters.value(.linksClosedPeer) == 2 }
            #expect(harness.transport.sessions.connections == 0)
            harness.drainsUrgent = true
            try harness.pump("both ends") { harness.downs.count == 2 }
            #expect(harness.downs.map(\.unit) == [try UnitID("unit-1"), try UnitID("unit-2")])
        }

        @Test("a full routine lane sheds and counts, and delays no press")
        func fullRoutineLane() throws {
            let harness = try Harness(routineSlots: 2)
            let unit = try harness.open()
            let heartbeat = Heartbeat(
                power: .mains, batteryPercent: nil, signalDBm: nil, temperatureC: nil, isDoorOpen: false)
            for _ in 0..<10 { unit.send(.heartbeat(heartbeat)) }
            unit.send(Harness.press(1))
            try harness.pump("the press") { harness.presses.count == 1 }
            let received = harness.counters.value(.heartbeatsReceived)
            #expect(received == 10)
            #expect(harness.counters.value(.routineShed) == received - UInt64(harness.routineEvents.count))
            #expect(harness.counters.value(.routineShed) > 0)
        }

        @Test(
            "a unit that floods heartbeats is heard twenty times a second; its press behind the flood goes through"
        )
        func routineFlood() throws {
            let harness = try Harness(routineSlots: 1_024)
            let (flooding, other) = (try harness.open(), try harness.open(.unitTwo))
            let heartbeat = Heartbeat(
                power: .mains, batteryPercent: nil, signalDBm: nil, temperatureC: nil, isDoorOpen: false)
            for round in UInt32(1)...2 {
                for _ in 0..<1_000 { flooding.send(.heartbeat(heartbeat)) }
                flooding.send(Harness.press(round))
                other.send(.heartbeat(heartbeat))
                let all = UInt64(round) * 1_001
                try harness.pump("all of them") { harness.counters.value(.heartbeatsReceived) == all }
                try harness.pump("the press") { harness.presses.count == Int(round) }
                #expect(harness.routineEvents.count == Int(round) * 21, "the other's is not shed")
                #expect(harness.counters.value(.routineFlooded) == UInt64(round) * 980)
                harness.advance(seconds: 1)
            }
            #expect(harness.counters.value(.routineShed) == 0)
        }

        @Test("what a unit sent right before its connection broke is not lost, and many ends hold up nobody")
        func hangUps() throws {
            let harness = try Harness { $0.hangUpsPerTurnMax = 2 }
            let witness = try harness.open(.unitTwo)
            let units = try (0..<20).map { _ in try harness.open() }
            for (index, unit) in units.enumerated() {
                unit.send(Harness.press(UInt32(index) + 1))
                unit.step()
                unit.hangUp()
            }
            witness.send(Harness.press(99))
            witness.step()
            harness.turn(with: [])
            harness.turn(with: [])
            #expect(harness.presses.contains { $0.id.counter == 99 }, "before the ends of the others")
            #expect(harness.transport.sessions.connections > 10)
            try harness.pump("all ends", with: [witness]) { harness.downs.count == 20 }
            #expect(Set(harness.presses.map(\.id.counter)) == Set((1...20) + [99]))
            #expect(harness.downs.allSatisfy { $0.end == .peerClosed })
            #expect(harness.transport.sessions.hangUps.isEmpty)
        }

        @Test("a flooding unit gets its share of a turn, not the turn")
        func flood() throws {
            let harness = try Harness { $0.framesPerTurnMax = 4 }
            let flooding = try harness.open()
            let other = try harness.open(.unitTwo)
            for counter in 0..<400 { flooding.send(Harness.press(UInt32(counter))) }
            try harness.pump("the flood begins") { harness.presses.count >= 4 }
            other.send(Harness.press(1))
            try harness.pump("the other's press") {
                harness.presses.contains { $0.id.unit.description == "unit-2" }
            }
            try harness.pump("the whole flood") { harness.presses.count == 401 }
            let counters = harness.presses.filter { $0.id.unit.description == "unit-1" }.map(\.id.counter)
            #expect(counters == (0..<400).map(UInt32.init))
            #expect(harness.counters.value(.urgentLaneFull) == 0)
        }
    }
}
