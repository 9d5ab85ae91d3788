import AlertModel
import Testing

@testable import AlertDispatch

/// SplitMix64: the same numbers for a seed everywhere.
private struct PathChance: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// A unit on two paths, one of which breaks in the middle of whatever it does.
@Suite("Two paths")
struct TwoPathTests {
    /// What the unit believes, from the answers that reached it.
    private struct Unit {
        var links: [UInt64?] = [1, 2]
        /// Stored messages without an answer.
        var pending: [UInt32: Event] = [:]
        var counter: UInt32 = 0
        var shown: (alert: AlertID, stage: Stage)?
        var presses: [UInt32] = []

        /// Takes what is for its living links; answers on a link that breaks are lost.
        mutating func take(_ effects: [Effect], except broken: UInt64?) {
            let living = links.compactMap { $0 }.filter { $0 != broken }
            for case .answer(let answer) in effects where living.contains(answer.link.value) {
                switch answer {
                case .stage(_, _, let counter, let alert, let stage, _):
                    pending[counter] = nil
                    // An older alert's lamps are not lit again.
                    if alert >= shown?.alert ?? alert { shown = (alert, stage) }
                case .acknowledged(_, _, let counter): pending[counter] = nil
                case .close(let link, _): links = links.map { $0 == link.value ? nil : $0 }
                case .command: break
                }
            }
        }
    }

    private func message(_ unit: inout Unit, _ random: inout PathChance, _ world: World) -> Event {
        unit.counter += 1
        let id = MessageID(unit: unitA, boot: 1, counter: unit.counter)
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            let press = unit.presses.last ?? 1
            return .cancel(Cancel(id: id, pressCounter: press, cancelledAt: world.now.wall))
        case 1: return .faultBegan(FaultReport(id: id, fault: .doorOpen, changedAt: world.now.wall, detail: 1))
        case 2: return .faultEnded(FaultReport(id: id, fault: .doorOpen, changedAt: world.now.wall, detail: 0))
        default:
            unit.presses.append(unit.counter)
            return .press(
                Press(
                    id: id, category: .police, pressedAt: world.now.wall, receivedAt: world.now.wall,
                    position: nil))
        }
    }

    @Test(
        "one path lost in the middle of a press, a stage, a cancel or a fault loses nothing",
        arguments: 0..<200 as Range<UInt64>)
    func losesNothing(seed: UInt64) throws {
        var random = PathChance(seed: seed)
        let world = World()
        world.register(unitA)
        var unit = Unit()
        var nextLink: UInt64 = 3
        var last: [UInt64] = [1, 2]
        for path in 0..<2 { world.up(unitA, UInt64(path) + 1, path: UInt8(path) + 1) }
        for _ in 0..<60 {
            // At most one path breaks at a time; the other one carries everything.
            let breaks = Int.random(in: 0..<3, using: &random) == 0 && !unit.links.contains(nil)
            let path = Int.random(in: 0..<2, using: &random)
            let broken = breaks ? unit.links[path] : nil
            var effects: [Effect] = []
            let way = Int.random(in: 0..<2, using: &random)
            if Int.random(in: 0..<3, using: &random) == 0, let alert = unit.shown?.alert {
                let action = [ActionKind.claim, .dispatch, .arrive, .close][Int.random(in: 0..<4, using: &random)]
                effects = world.act(action, alert)
            } else {
                let event = message(&unit, &random, world)
                unit.pending[unit.counter] = event
                // What is sent on the path that breaks may arrive or not.
                let arrives = unit.links[way] != broken || Bool.random(using: &random)
                if unit.links[way] != nil, arrives { effects = world.step(event) }
            }
            unit.take(effects, except: broken)
            if !effects.isEmpty, let present = unit.shown, let state = world.kept(present.alert) {
                #expect(state.stage == present.stage, "seed \(seed): the lamps are behind")
            }
            if let broken {
                // Half open: the gateway may hear of it only when the path is back.
                if Bool.random(using: &random) { world.linkDown(unitA, broken) }
                unit.links[path] = nil
            }
            // Repeats go on whatever lives, as after two seconds.
            for (_, event) in unit.pending.sorted(by: { $0.key < $1.key }) where unit.links != [nil, nil] {
                unit.take(world.step(event), except: nil)
            }
            #expect(unit.pending.isEmpty, "seed \(seed): \(unit.pending)")
            for path in 0..<2 where unit.links[path] == nil && Bool.random(using: &random) {
                let up = LinkUp(
                    unit: unitA, link: LinkID(nextLink), boot: 1, firmware: 1, capabilities: 0,
                    path: UInt8(path) + 1, continues: Bool.random(using: &random) ? LinkID(last[path]) : nil)
                unit.links[path] = nextLink
                last[path] = nextLink
                nextLink += 1
                unit.take(world.step(.linkUp(up)), except: nil)
            }
        }
        for press in unit.presses {
            #expect(world.alertID(of: MessageID(unit: unitA, boot: 1, counter: press)) != nil, "seed \(seed)")
        }
        #expect(world.totals.pressesStored == UInt64(unit.presses.count), "seed \(seed)")
        #expect(world.onlineUnitCount == 1 && world.replayedHash() == world.stateHash(), "seed \(seed)")
    }
}
