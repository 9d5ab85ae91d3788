// Small true-to-life values.

import AlertModel
import Credentials

@testable import ConsoleAPI

enum Sample {
    static func centreID(_ text: String) throws -> CentreID { try CentreID(text) }

    static func unit(
        _ id: String, centre: String, isOnline: Bool = true, place: String = "проспект Абая, 10"
    ) throws -> UnitStatus {
        UnitStatus(
            record: UnitRecord(
                id: try UnitID(id), centre: try CentreID(centre), place: place,
                point: GeoPoint(latitudeE7: 511_694_000, longitudeE7: 714_491_000), reportingTimeS: 90),
            isOnline: isOnline, isRegistered: true, linkChangedAt: WallTime(nanoseconds: 1_795_000_000_000_000_000)
        )
    }

    static func alert(
        _ id: UInt64, unit: String = "AST-0001", centre: String = "astana", category: Category = .police,
        priority: Priority = .life, position: LastPosition? = nil
    ) throws -> Alert {
        let at = WallTime(nanoseconds: 1_795_000_000_125_000_000)
        return Alert(
            id: AlertID(id), unit: try UnitID(unit), centre: try CentreID(centre), category: category,
            priority: priority,
            press: MessageID(unit: try UnitID(unit), boot: 1, counter: UInt32(truncatingIfNeeded: id)),
            pressedAt: at,
            receivedAt: at, storedAt: at, position: position)
    }

    static func account(
        _ id: String, centres: [String], hash: String = "", role: Role = .officer
    ) throws -> OfficerAccount {
        OfficerAccount(
            id: try OfficerID(id), name: "Айгүл \(id)", role: role,
            centres: try centres.map { try CentreID($0) },
            passwordHash: hash)
    }

    static let password = "бүркіт-7"
    /// Made once: a hash costs a tenth of a second.
    static let passwordHash = Result { try PasswordHash.make(password) }
}
