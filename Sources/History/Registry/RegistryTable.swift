// The registry's tables and what each column takes, in one place: the readers of CSV and GeoJSON, the checks,
// the exports, the database's reading and writing and the document's test all take it from here.

/// A table of the registry. Raw values are names: of files, of `--table`, and in the database.
public enum RegistryTable: String, CaseIterable, Hashable, Sendable, Comparable {
    // In an order in which every table only names earlier ones (or itself).
    /// What an officer may do; the accounts name them.
    case roles
    /// Whose network a unit is connected by.
    case carriers
    /// Reporting time and severities of faults, by kind of unit.
    case profiles
    /// Roads with their lines.
    case roads
    /// Where things stand, in the words people read.
    case places
    /// Control centres and duty desks.
    case centres
    /// Polygons that centres answer for.
    case areas
    /// Posts, inspectors' points and patrols.
    case responders
    /// SOS units.
    case units

    /// Tables that are named before this one come first.
    public static func < (left: Self, right: Self) -> Bool { left.order < right.order }

    private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// One of it in a sentence.
    public var singular: String {
        switch self {
        case .roles: "role"
        case .carriers: "carrier"
        case .profiles: "profile"
        case .roads: "road"
        case .places: "place"
        case .centres: "centre"
        case .areas: "area"
        case .responders: "responder"
        case .units: "unit"
        }
    }

    /// More rows than this are a mistake.
    public var rowsMax: Int {
        switch self {
        case .roles: 16
        case .profiles: 100
        case .carriers, .centres: 1_000
        case .roads, .areas: 10_000
        // As many as the gateway's registry file takes, and a responder for every other unit.
        case .units: 200_000
        case .responders: 100_000
        case .places: 300_000
        }
    }

    /// Every column in order; the first is the id.
    public var columns: [RegistryColumn] {
        switch self {
        case .roles: RegistryColumn.roles
        case .carriers: RegistryColumn.carriers
        case .profiles: RegistryColumn.profiles
        case .roads: RegistryColumn.roads
        case .places: RegistryColumn.places
        case .centres: RegistryColumn.centres
        case .areas: RegistryColumn.areas
        case .responders: RegistryColumn.responders
        case .units: RegistryColumn.units
        }
    }

    /// What a GeoJSON feature of the table has as its geometry; nil for tables that have none.
    public var geometry: RegistryGeometry? {
        for column in columns {
            switch column.kind {
            case .latitude: return .point
            case .line: return .line
            case .ring: return .polygon
            default: continue
            }
        }
        return nil
    }

    /// Further columns that an import of the table may have: the words of the row's place.
    ///
    /// They go to ``places``, under the id in the row's column `place`, or under the row's own id when that is
    /// not given. Exports have no such columns.
    public var placeTexts: [RegistryColumn] {
        self == .units || self == .responders ? RegistryColumn.placeTexts : []
    }

    /// Index of a column by name.
    func index(of name: String) -> Int? { columns.firstIndex { $0.name == name } }
}

/// The geometry of a table's GeoJSON features.
public enum RegistryGeometry: String, Hashable, Sendable {
    /// RFC 7946, section 3.1.2.
    case point = "Point"
    /// RFC 7946, section 3.1.4.
    case line = "LineString"
    /// RFC 7946, section 3.1.6; one ring, no holes.
    case polygon = "Polygon"
}

/// One column.
public struct RegistryColumn: Hashable, Sendable {
    /// What its cells hold.
    public enum Kind: Hashable, Sendable {
        /// The row's own name, 1 to 16 ASCII letters, digits, `-`, `.`, `_`.
        case id
        /// The id of a row of a table.
        case reference(RegistryTable)
        /// One line for people, 1 to 120 bytes of UTF-8.
        case text
        /// One line of remarks, 1 to 500 bytes of UTF-8.
        case note
        /// A telephone number.
        case phone
        /// One of these words.
        case word([String])
        /// A whole number in a range.
        case number(ClosedRange<Int>)
        /// Degrees × 10⁷ north.
        case latitude
        /// Degrees × 10⁷ east.
        case longitude
        /// A road's kilometre, kept in metres.
        case kilometres
        /// A day.
        case date
        /// Coordinates of a GeoJSON LineString.
        case line
        /// Coordinates of a GeoJSON Polygon's one ring.
        case ring
    }

    /// The header's name.
    public let name: String
    /// What its cells hold.
    public let kind: Kind
    /// Whether a row without it is refused.
    public let isRequired: Bool
    /// What a new row has when nothing is given.
    public let standing: String?

    /// A column that may be blank, unless it says otherwise.
    init(_ name: String, _ kind: Kind, required: Bool = false, standing: String? = nil) {
        self.name = name
        self.kind = kind
        isRequired = required
        self.standing = standing
    }

    /// The column's name in the database, with its unit of measure where the cell's text has another.
    var stored: String {
        switch kind {
        case .latitude: "latitude_e7"
        case .longitude: "longitude_e7"
        case .kilometres: "road_m"
        default: name
        }
    }

    /// Whether GeoJSON has it in a feature's geometry.
    var isGeometry: Bool {
        switch kind {
        case .latitude, .longitude, .line, .ring: true
        default: false
        }
    }

    /// What it takes, in words that finish "allowed: ".
    public var allowed: String {
        switch kind {
        case .id: "1 to 16 Latin letters, digits, - . _"
        case .reference(let table): "the id of a \(table.singular)"
        case .text: "one line of text, 1 to \(Self.textBytesMax) bytes of UTF-8"
        case .note: "one line of text, 1 to \(Self.noteBytesMax) bytes of UTF-8"
        case .phone: "a telephone number of digits, + - ( ) and spaces, 2 to 32 characters"
        case .word(let words): words.joined(separator: ", ")
        case .number(let range) where range == 20...180: "20, 90 or 180"
        case .number(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .latitude: "decimal degrees from -90 to 90, such as 51.1283"
        case .longitude: "decimal degrees from -180 to 180, such as 71.4305"
        case .kilometres: "kilometres from 0 to 9999.999, such as 1310.5"
        case .date: "a day such as 2026-03-31 or 31.03.2026"
        case .line: "GeoJSON coordinates of a line of 2 to \(Self.linePointsMax) points: [[71.4,51.1],[71.5,51.2]]"
        case .ring:
            "GeoJSON coordinates of a closed ring of at most \(Self.ringPointsMax) corners: "
                + "[[71,51],[72,51],[72,52],[71,51]]"
        }
    }

    /// As long as a console's line: `CentreRecord.nameBytesMax`.
    static let textBytesMax = 120
    /// As long as an officer's note: `OfficerAction.noteBytesMax`.
    static let noteBytesMax = 500
    /// A point every 200 m of a road of 2,000 km.
    static let linePointsMax = 10_000
    /// What an area may have on the alert path.
    static let ringPointsMax = 1_000
}
