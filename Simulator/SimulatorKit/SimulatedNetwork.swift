// The paths between units and gateway: frames are lost, late, doubled and overtake each other.

import AlertModel

/// A frame under way.
enum SimulatedFrame {
    case toGateway(LinkID, Event)
    case toUnit(unit: Int, UnitAnswer)
}

/// Everything under way, delivered tick by tick.
struct SimulatedNetwork {
    /// How bad the paths are.
    struct Weather {
        var lossPerMille: Int
        var doublePerMille: Int
        var delayTicksMax: Int

        static let storm = Weather(lossPerMille: 150, doublePerMille: 150, delayTicksMax: 8)
        static let worst = Weather(lossPerMille: 350, doublePerMille: 300, delayTicksMax: 40)
        static let rain = Weather(lossPerMille: 20, doublePerMille: 20, delayTicksMax: 2)
        static let fair = Weather(lossPerMille: 0, doublePerMille: 0, delayTicksMax: 1)
    }

    var weather = Weather.storm
    private(set) var totals = StormTotals()
    private var underWay: [(due: Int, serial: Int, frame: SimulatedFrame)] = []
    private var nextSerial = 0

    /// - Returns: false when the frame is lost.
    @discardableResult
    mutating func send(_ frame: SimulatedFrame, tick: Int, _ random: inout SeededGenerator) -> Bool {
        if random.chance(perMille: weather.lossPerMille) {
            totals.count(.lostFrames)
            return false
        }
        let copies = random.chance(perMille: weather.doublePerMille) ? 2 : 1
        if copies > 1 { totals.count(.doubledFrames) }
        for _ in 0..<copies {
            let delay = random.below(weather.delayTicksMax + 1)
            if delay > 1 { totals.count(.delayedFrames) }
            underWay.append((tick + delay, nextSerial, frame))
            nextSerial += 1
        }
        return true
    }

    /// A reader that is stopped: the frame waits in front of the gateway.
    mutating func hold(_ frame: SimulatedFrame, tick: Int) {
        totals.count(.heldFrames)
        underWay.append((tick + 1, nextSerial, frame))
        nextSerial += 1
    }

    /// Takes what has arrived by `tick`, the earliest first.
    mutating func arrivals(tick: Int) -> [SimulatedFrame] {
        var arrived: [(due: Int, serial: Int, frame: SimulatedFrame)] = []
        underWay.removeAll { entry in
            if entry.due <= tick { arrived.append(entry) }
            return entry.due <= tick
        }
        return arrived.sorted { ($0.due, $0.serial) < ($1.due, $1.serial) }.map(\.frame)
    }
}
