import AlertModel
import Testing

@testable import AlertDispatch

@Suite("Outages of many units")
struct OutageTests {
    private let world = World()

    /// Units `first…`, each with a link of its own number.
    private func connect(
        _ range: Range<Int>, carrier: String? = nil, road: String? = nil, centre: CentreID = World.astana
    ) {
        for number in range {
            world.step(
                .unitRegistered(world.record("u\(number)", centre: centre, carrier: carrier, road: road)))
            world.up(id("u\(number)"), UInt64(number) + 1)
        }
    }

    /// Connections break over some seconds, as they do when heartbeats go missing.
    private func cut(_ range: Range<Int>, over seconds: Double = 6) {
        for number in range {
            world.linkDown(id("u\(number)"), UInt64(number) + 1)
            world.pass(seconds: seconds / Double(range.count))
        }
    }

    @Test("section 4, outage grouping: many lost with one carrier make one alert within 25 s, with a live count")
    func carrier() throws {
        connect(0..<60, carrier: "kcell")
        connect(60..<120, carrier: "beeline")
        let start = world.clockMs
        cut(0..<60)
        var most = 0
        while world.clockMs - start < 25_000 {
            world.pass(seconds: 0.5)
            most = max(most, world.technical.count)
        }
        #expect(most == 1, "no single alert shows")
        let alert = try #require(world.technical.first)
        #expect(alert.outage?.scope == .carrier && alert.outage?.name == "kcell")
        #expect(alert.outage?.lost == 60 && alert.priority == .property && alert.category == .linkLost)
        #expect(world.core.unit(id("u7"))?.outage == alert.id && world.core.outageCount == 1)
        // The count lives.
        for number in 0..<20 { world.up(id("u\(number)"), UInt64(number) + 1_000) }
        world.pass(seconds: 1.5)
        #expect(try world.alert(alert.id).outage?.lost == 40 && world.alert(alert.id).outage?.peak == 60)
        // It clears by itself, and names who did not come back.
        for number in 20..<58 { world.up(id("u\(number)"), UInt64(number) + 1_000) }
        let effects = world.pass(seconds: 2)
        let closed = try #require(effects.alerts.last { $0.id == alert.id })
        #expect(closed.stage == .closed && closed.outcome == .technical && closed.clearedAt != nil)
        #expect(closed.note == "u58, u59" && closed.outage?.lost == 2)
        #expect(Set(world.technical.map(\.unit)) == [id("u58"), id("u59")], "inhibited, not lost")
        #expect(world.replayedHash() == world.stateHash())
    }

    @Test(
        "section 4, outage grouping: by road, by region, and by the whole gateway",
        arguments: ["road", "region", "gateway"])
    func others(scope: String) throws {
        switch scope {
        case "road":
            connect(0..<12, carrier: "kcell", road: "M-36")
            connect(12..<60, carrier: "kcell", road: "A-2")
            cut(0..<12)
        case "region":
            connect(0..<12, carrier: "kcell", centre: World.almaty)
            connect(12..<60, carrier: "kcell")
            cut(0..<12)
        default:
            connect(0..<30, carrier: "kcell", centre: World.almaty)
            connect(30..<60, carrier: "beeline", road: "A-2")
            cut(0..<60, over: 3)
        }
        world.pass(seconds: 20)
        #expect(world.technical.count == 1)
        let outage = try #require(world.technical.first?.outage)
        #expect("\(outage.scope)" == scope)
        #expect(world.technical.first?.centre == (scope == "region" ? World.almaty : World.astana))
    }

    @Test("few units, or a small share of many, are told one by one")
    func singles() {
        connect(0..<100, carrier: "kcell")
        cut(0..<4)
        world.pass(seconds: 20)
        #expect(world.technical.count == 4 && world.core.outageCount == 0)
        cut(10..<20)
        world.pass(seconds: 20)
        #expect(world.technical.count == 14 && world.core.outageCount == 0, "14 of 100 are not 20 percent")
    }

    @Test("a wider reason found later takes the narrower one in")
    func widening() throws {
        connect(0..<6, carrier: "kcell", road: "M-36")
        connect(6..<60, carrier: "kcell")
        connect(60..<120, carrier: "beeline")
        cut(0..<6, over: 1)
        world.pass(seconds: 19)
        #expect(world.technical.map { $0.outage?.name } == ["M-36"])
        cut(6..<60, over: 2)
        world.pass(seconds: 20)
        #expect(world.technical.map { $0.outage?.name } == ["kcell"])
        #expect(world.technical.first?.outage?.lost == 60)
    }

    @Test("everybody back: the alert closes; one that was claimed waits for its officer")
    func back() throws {
        connect(0..<10, carrier: "kcell")
        cut(0..<10, over: 1)
        world.pass(seconds: 20)
        let alert = try #require(world.technical.first)
        world.show(alert.id)
        world.act(.claim, alert.id)
        for number in 0..<10 { world.up(id("u\(number)"), UInt64(number) + 1_000) }
        world.pass(seconds: 3)
        let cleared = try world.alert(alert.id)
        #expect(cleared.clearedAt != nil && cleared.outage?.lost == 0 && cleared.stage == .answered)
        world.act(.close, alert.id, outcome: .technical)
        #expect(world.technical.isEmpty && world.core.outageCount == 0)
        // An officer may also close one that lasts: those still lost stand for themselves.
        for number in 0..<10 { world.linkDown(id("u\(number)"), UInt64(number) + 1_000) }
        world.pass(seconds: 20)
        let second = try #require(world.technical.first)
        world.act(.claim, second.id)
        world.act(.close, second.id, outcome: .technical)
        world.pass(seconds: 2)
        #expect(world.technical.count == 10)
        #expect(world.replayedHash() == world.stateHash())
    }

    @Test("an outage survives a start from a snapshot")
    func snapshot() throws {
        connect(0..<10, carrier: "kcell")
        cut(0..<10, over: 1)
        world.pass(seconds: 20)
        let copy = try Dispatcher.restored(from: world.core.snapshot())
        let isSame = copy.stateHash() == world.core.stateHash()
        #expect(isSame && copy.outageCount == 1)
    }
}
