import AlertModel
import SimulatedField
import Testing
import UnitProtocol

/// A unit, a clock, and what it said.
struct Bench {
    var unit: FieldUnit
    private(set) var ns: UInt64 = 1_000_000_000

    init(seed: UInt64 = 1, heartbeatS: UInt16? = nil) throws {
        let record = UnitRecord(
            id: try UnitID("AST-0001"), centre: try CentreID("astana"), place: "Бәйтерек",
            point: GeoPoint(latitudeE7: 511_283_000, longitudeE7: 714_305_000), reportingTimeS: 90)
        unit = FieldUnit(
            record: record, boot: 77, heartbeatS: heartbeatS, chance: Chance(seed: seed),
            connectAt: MonotonicTime(nanoseconds: 1_000_000_000))
    }

    var now: Instant {
        Instant(wall: WallTime(nanoseconds: 1_700_000_000_000_000_000), monotonic: MonotonicTime(nanoseconds: ns))
    }

    /// Goes to the unit's next deadline and lets it work.
    mutating func toDeadline() -> FieldUnit.Demand {
        ns = max(ns, unit.deadline.nanoseconds)
        return unit.work(now: now)
    }

    mutating func advance(seconds: UInt64) { ns += seconds * 1_000_000_000 }

    mutating func greet() -> [UnitMessage] {
        _ = toDeadline()
        unit.connecting(now: now)
        unit.secured(now: now)
        return unit.takeOutbox()
    }

    mutating func welcome(heartbeatS: UInt16 = 7) -> FieldUnit.Report {
        unit.receive(
            .welcome(
                Welcome(
                    minor: 0, granted: [], heartbeatIntervalS: heartbeatS, reportingTimeS: 20,
                    gatewayTime: now.wall)),
            now: now)
    }

    mutating func stage(_ stage: Stage, counter: UInt32, alert: UInt64 = 9) -> FieldUnit.Report {
        unit.receive(
            .stage(StageNotice(alert: AlertID(alert), boot: 77, counter: counter, stage: stage, at: now.wall)),
            now: now)
    }
}

@Suite("A unit follows the protocol")
struct FieldUnitTests {
    @Test("hello comes first, and presses right behind it without waiting")
    func greeting() throws {
        var bench = try Bench()
        let id = bench.unit.press(.medical, now: bench.now)
        #expect(id.boot == 77 && id.counter == 1)
        #expect(bench.unit.takeOutbox().isEmpty)
        let said = bench.greet()
        guard case .hello(let hello) = said.first, case .press(let press) = said.last, said.count == 2 else {
            Issue.record("said \(said)")
            return
        }
        #expect(hello.isPressPending && hello.boot == 77)
        #expect(press.category == .medical && press.counter == 1 && press.position != nil)
        #expect(!bench.unit.isOnline)
        #expect(bench.welcome() == .welcomed)
        #expect(bench.unit.isOnline)
    }

    @Test("an unanswered press is sent again, the same; a stage ends that and is confirmed")
    func repeats() throws {
        var bench = try Bench()
        _ = bench.greet()
        _ = bench.welcome(heartbeatS: 600)
        _ = bench.unit.press(.police, now: bench.now)
        let first = bench.unit.takeOutbox()
        #expect(first.count == 1)
        let start = bench.ns
        #expect(bench.toDeadline() == .nothing)
        #expect((1_600_000_000...2_400_000_000).contains(bench.ns - start))
        #expect(bench.unit.takeOutbox() == first)
        guard case .stage = bench.stage(.stored, counter: 1) else {
            Issue.record("a stage is reported")
            return
        }
        #expect(bench.unit.takeOutbox() == [.stageConfirm(StageConfirm(alert: AlertID(9), stage: .stored))])
        bench.advance(seconds: 100)
        #expect(bench.unit.work(now: bench.now) == .nothing)
        #expect(bench.unit.takeOutbox().isEmpty)
    }

    @Test("a connection on which presses stay unanswered is given up, and they leave on the next at once")
    func distrust() throws {
        var bench = try Bench()
        _ = bench.greet()
        _ = bench.welcome(heartbeatS: 600)
        _ = bench.unit.press(.police, now: bench.now)
        var demand = FieldUnit.Demand.nothing
        while demand == .nothing {
            _ = bench.unit.takeOutbox()
            demand = bench.toDeadline()
        }
        #expect(demand == .close("a press was not answered"))
        bench.unit.lost(now: bench.now)
        #expect(bench.greet().count == 2)
    }

    @Test("a press ends the wait for a connection")
    func pressEndsWait() throws {
        var bench = try Bench()
        for _ in 0..<6 { bench.unit.lost(now: bench.now) }
        #expect(bench.unit.deadline > bench.now.monotonic)
        _ = bench.unit.press(.fire, now: bench.now)
        #expect(bench.unit.work(now: bench.now) == .connect(nil))
    }

    @Test(
        "heartbeats come when nothing else was said, a position with each fourth",
        arguments: [nil, 3] as [UInt16?])
    func heartbeats(override: UInt16?) throws {
        var bench = try Bench(heartbeatS: override)
        _ = bench.greet()
        _ = bench.welcome()
        var positions = 0
        for _ in 0..<8 {
            let start = bench.ns
            _ = bench.toDeadline()
            #expect(bench.ns - start == UInt64(override ?? 7) * 1_000_000_000)
            let said = bench.unit.takeOutbox()
            guard case .heartbeat(let heartbeat) = said.last else {
                Issue.record("said \(said)")
                continue
            }
            #expect((0...100).contains(heartbeat.batteryPercent ?? 255) && (heartbeat.signalDBm ?? 1) < 0)
            if said.count == 2 { positions += 1 }
        }
        #expect(positions == 2)
    }

    @Test("silence of the gateway in greeting or connecting is not waited out for ever")
    func deadlines() throws {
        var bench = try Bench()
        _ = bench.toDeadline()
        bench.unit.connecting(now: bench.now)
        #expect(bench.toDeadline() == .close("not connected within 20 s"))
        bench.unit.lost(now: bench.now)
        _ = bench.greet()
        #expect(bench.toDeadline() == .close("no WELCOME within 10 s"))
    }

    @Test("goodbye and redirect end the connection; a redirect counts once")
    func endings() throws {
        var bench = try Bench()
        _ = bench.greet()
        _ = bench.welcome()
        let redirect = Redirect(host: "127.0.0.2", port: 7_444, retryAfterS: 30)
        #expect(bench.unit.receive(.redirect(redirect), now: bench.now) == .ended("redirected to 127.0.0.2:7444"))
        let start = bench.ns
        bench.unit.lost(now: bench.now)
        #expect(bench.toDeadline() == .connect(redirect))
        #expect(bench.ns - start >= 30_000_000_000)
        bench.unit.lost(now: bench.now)
        #expect(bench.toDeadline() == .connect(nil))
        guard case .ended = bench.unit.receive(.goodbye(Goodbye(.gatewayStopping)), now: bench.now) else {
            Issue.record("goodbye ends the connection")
            return
        }
    }

    @Test("what it never offered it refuses")
    func refuses() throws {
        var bench = try Bench()
        _ = bench.greet()
        _ = bench.welcome()
        let end = GatewayMessage.sessionEnd(SessionEnd(session: SessionID(1), reason: .finished))
        #expect(bench.unit.receive(end, now: bench.now) == .ignored)
        guard case .unable(let unable) = bench.unit.takeOutbox().first else {
            Issue.record("answers UNABLE")
            return
        }
        #expect(unable.code == .notSupported && unable.refusedType == MessageType.sessionEnd.rawValue)
    }

    @Test("a command is done once and answered each time; what was not granted or is not known is not done")
    func commands() throws {
        var bench = try Bench()
        _ = bench.greet()
        let welcome = Welcome(
            minor: 0, granted: [.siren, .sendData], heartbeatIntervalS: 7, reportingTimeS: 20,
            gatewayTime: bench.now.wall)
        _ = bench.unit.receive(.welcome(welcome), now: bench.now)
        _ = bench.unit.takeOutbox()
        func told(_ id: UInt64, _ action: CommandAction) -> [UnitMessage] {
            let command = Command(id: CommandID(id), validForS: 10, action: action)
            #expect(bench.unit.receive(.command(command), now: bench.now) == .ignored)
            return bench.unit.takeOutbox()
        }
        func result(_ id: UInt64, _ status: UnitCommandResult.Status) -> UnitMessage {
            .commandResult(UnitCommandResult(id: CommandID(id), status: status))
        }
        #expect(told(1, .siren(seconds: 3)) == [result(1, .done)])
        let data = told(2, .sendData([.heartbeat, .position]))
        #expect(data.count == 3 && data.last == result(2, .done))
        #expect(told(2, .sendData([.heartbeat, .position])) == [result(2, .done)])
        #expect(told(3, .volume(percent: 5)) == [result(3, .refused)])
        #expect(told(4, .unknown(kind: 77)) == [result(4, .notSupported)])
    }

    @Test("whatever is lost on the way, every press is stored once", arguments: 1...100 as ClosedRange<UInt64>)
    func lossyGateway(seed: UInt64) throws {
        var chance = Chance(seed: seed)
        var bench = try Bench(seed: seed)
        var stored: Set<UInt32> = []
        var known: Set<UInt32> = []
        var isConnected = false
        for turn in 0..<4_000 {
            if turn < 200, chance.fraction() < 0.1 { _ = bench.unit.press(.police, now: bench.now) }
            switch bench.toDeadline() {
            case .nothing: break
            case .connect:
                bench.unit.connecting(now: bench.now)
                isConnected = chance.fraction() < 0.7
                if isConnected { bench.unit.secured(now: bench.now) } else { bench.unit.lost(now: bench.now) }
            case .close:
                bench.unit.lost(now: bench.now)
                isConnected = false
            }
            for message in bench.unit.takeOutbox() where isConnected {
                if chance.fraction() < 0.1 {
                    bench.unit.lost(now: bench.now)
                    isConnected = false
                } else if case .hello = message {
                    _ = bench.welcome()
                } else if case .press(let press) = message {
                    stored.insert(press.counter)
                    // The answer may be lost, too.
                    if chance.fraction() < 0.7,
                        case .stage(let notice) = bench.stage(.stored, counter: press.counter)
                    {
                        known.insert(notice.counter)
                    }
                }
            }
        }
        #expect(known == stored && !known.isEmpty, "seed \(seed)")
        #expect(known == Set(1...UInt32(known.count)), "seed \(seed)")
        #expect(bench.unit.takeOutbox().allSatisfy { if case .press = $0 { false } else { true } }, "seed \(seed)")
    }
}
