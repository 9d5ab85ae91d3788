// A field of many units as tables for `sosctl registry import`: along the roads of Kazakhstan, in three centres, in the
// networks of three carriers.

import AlertModel

/// The tables of a made field.
public struct MadeField: Sendable {
    /// Ids of the units, in order.
    public let ids: [String]
    private let prefix: String

    /// Letters and digits that a prefix may have, so that six digits fit behind it.
    public static let prefixMax = 8

    /// - Parameters:
    ///   - units: 1 to 200,000.
    ///   - prefix: before each unit's number; 1 to ``prefixMax`` characters of an id.
    public init(units: Int, prefix: String) {
        self.prefix = prefix
        ids = (1...max(1, units)).map { number in
            let digits = "\(number)"
            return prefix + "-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        }
    }

    private static let centres = ["astana", "almaty", "karaganda"]

    /// Files by name.
    public var tables: [(name: String, text: String)] {
        [
            ("centres.csv", Self.centresText), ("carriers.csv", Self.carriersText), ("roads.csv", Self.roadsText),
            ("units.csv", unitsText),
        ]
    }

    private static let centresText = """
        id,name_ru,neighbour,fail_over,latitude,longitude
        astana,Центр управления Астаны,karaganda,almaty,51.1605,71.4704
        almaty,Центр управления Алматы,karaganda,astana,43.2383,76.9453
        karaganda,Центр управления Караганды,astana,almaty,49.8047,73.1094

        """

    private static var carriersText: String {
        "id,name\n" + Carriers.invented.map { "\($0),Network \($0.suffix(1))\n" }.joined()
    }

    private static let roadsText = """
        id,name
        A2,Хоргос — Алматы — Шымкент
        A3,Алматы — Өскемен
        M36,Астана — Қарағанды — Алматы

        """

    /// Units one after the other on the three roads in turn, evenly from end to end.
    private var unitsText: String {
        var text = "id,centre,place_ru,latitude,longitude,road,km,carrier_1\n"
        let roads = Road.allCases
        let perRoad = (ids.count + roads.count - 1) / roads.count
        for (place, id) in ids.enumerated() {
            let road = roads[place % roads.count]
            let metres = road.lengthM * (Double(place / roads.count) + 0.5) / Double(perRoad)
            guard let point = road.place(atM: metres, speedCmS: 0)?.point else { continue }
            let metre = Int(metres)
            let carrier = Carriers.invented[place / roads.count % Carriers.invented.count]
            text += "\(id),\(Self.centres[place % 3]),\(road.rawValue) \(metre / 1_000) км \(metre % 1_000) м,"
            text += "\(Self.degrees(point.latitudeE7)),\(Self.degrees(point.longitudeE7)),\(road.rawValue),"
            text += "\(metre / 1_000),\(carrier)\n"
        }
        return text
    }

    private static func degrees(_ value: Int32) -> String {
        let digits = "\(value.magnitude % 10_000_000)"
        let sign = value < 0 ? "-" : ""
        return "\(sign)\(value.magnitude / 10_000_000)." + String(repeating: "0", count: 7 - digits.count) + digits
    }
}
