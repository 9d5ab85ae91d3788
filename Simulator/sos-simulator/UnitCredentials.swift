// Every unit's certificate and key, from a folder of pairs or from the two files of a made field.

import AlertModel
import Foundation
import UnitTransport

/// Who shows what. Read once, before the first connection; about 600 bytes a unit of a made field.
struct UnitCredentials: Sendable {
    /// What `make-field` calls its files.
    static let certificatesFile = "field.pem"
    static let keyFile = "field.key"

    /// By place among the units of the run.
    let all: [UnitCredential]

    /// - Parameter pki: has `field.pem` and `field.key`, or `units/ID.pem` and `units/ID.key`.
    /// - Throws: ``TLSError`` naming the file.
    init(pki: String, units: [UnitRecord]) throws(TLSError) {
        let certificates = "\(pki)/\(Self.certificatesFile)"
        var made: [UnitID: UnitCredential] = [:]
        if FileManager.default.fileExists(atPath: certificates) {
            let key = try UnitKey(file: "\(pki)/\(Self.keyFile)")
            made = try UnitCredential.readMany(certificatesFile: certificates, key: key)
        }
        var all: [UnitCredential] = []
        all.reserveCapacity(units.count)
        for unit in units {
            if let one = made[unit.id] {
                all.append(one)
            } else {
                all.append(
                    try UnitCredential(
                        certificateFile: "\(pki)/units/\(unit.id).pem", keyFile: "\(pki)/units/\(unit.id).key"))
            }
        }
        self.all = all
    }
}
