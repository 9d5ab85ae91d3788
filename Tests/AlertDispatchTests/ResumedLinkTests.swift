import AlertModel
import Testing

@testable import AlertDispatch

@Suite("Links that carry on another")
struct ResumedLinkTests {
    private let unit = unitA

    private func resume(
        _ world: World, _ link: UInt64, of old: UInt64, path: UInt8 = 0
    ) -> [Effect] {
        world.step(
            .linkUp(
                LinkUp(
                    unit: unit, link: LinkID(link), boot: 1, firmware: 1, capabilities: 0, path: path,
                    continues: LinkID(old))))
    }

    @Test("a half-open link gives its place up: the other path stays, and no console sees a gap")
    func halfOpen() throws {
        let world = World()
        world.register(unit)
        world.linkUp(unit, 1)
        world.linkUp(unit, 2)
        // Without the word of the transport the oldest, a good one, would have to go.
        let effects = resume(world, 3, of: 2)
        #expect(world.links(unit) == [LinkID(1), LinkID(3)])
        #expect(!effects.contains { if case .answer(.close) = $0 { true } else { false } })
        #expect(!effects.contains { if case .feed = $0 { true } else { false } })
        #expect(world.linkDown(unit, 2, .replaced).isEmpty && world.onlineUnitCount == 1)
    }

    @Test("the present stage is told again, as to any link")
    func presentStage() throws {
        let world = World()
        world.register(unit)
        world.linkUp(unit, 1)
        world.press(unit, 1)
        world.linkDown(unit, 1)
        let effects = resume(world, 2, of: 1)
        let stages = effects.compactMap { effect -> LinkID? in
            guard case .answer(.stage(let link, boot: 1, counter: 1, alert: _, stage: _, at: _)) = effect else {
                return nil
            }
            return link
        }
        #expect(stages == [LinkID(2)] && world.unit(unit)?.isOnline == true)
    }

    @Test(
        "lost and carried on again and again is flapping, whether the gateway saw the losses or not",
        arguments: [true, false])
    func flapping(isSeen: Bool) throws {
        let world = World()
        world.register(unit)
        world.linkUp(unit, 1)
        let downs = UInt64(SupervisionPolicy().flapDowns)
        for link in 1..<downs {
            if isSeen { world.linkDown(unit, link) }
            _ = resume(world, link + 1, of: link)
        }
        #expect(world.core.unit(unit)?.faults.contains(.linkFlapping) == false)
        if isSeen { world.linkDown(unit, downs) }
        _ = resume(world, downs + 1, of: downs)
        #expect(world.core.unit(unit)?.faults.contains(.linkFlapping) == true)
    }

    @Test("a redirected link is no loss at once and no flapping; the unit is waited for as ever")
    func redirected() throws {
        let world = World()
        world.register(unit)
        for link in 1...UInt64(SupervisionPolicy().flapDowns) + 1 {
            world.linkUp(unit, link)
            world.linkDown(unit, link, .redirected)
        }
        #expect(world.core.unit(unit)?.faults == [] && world.unit(unit)?.isOnline == false)
        world.pass(seconds: 16)
        #expect(!world.isLost(unit))
        world.pass(seconds: 2)
        #expect(world.isLost(unit))
        _ = resume(world, 100, of: 99)
        #expect(!world.isLost(unit))
    }
}
