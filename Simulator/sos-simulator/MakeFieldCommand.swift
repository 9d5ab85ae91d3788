// `sos-simulator make-field`: certificates and registry rows of thousands of units, in seconds.

import ArgumentParser
import Credentials
import Foundation
import SimulatedField

/// Makes a field.
struct MakeFieldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make-field",
        abstract: "Makes certificates and registry tables for many simulated units.",
        discussion: """
            Into the directory go ca.pem and ca.key, gateway.pem and console.pem with their keys, field.pem with a \
            certificate for each unit, field.key, the ONE private key that all of them share, and centres.csv, \
            carriers.csv, roads.csv, units.csv for `sosctl registry import`. An authority that is there already signs. \
            Never for a gateway that people rely on.
            """)

    @Option(help: "How many units.")
    var units: Int
    @Option(help: ArgumentHelp("Made when it is missing.", valueName: "directory"))
    var into: String
    @Option(help: "Before each unit's number, such as SIM-000001.")
    var prefix = "SIM"

    func validate() throws {
        guard (1...200_000).contains(units) else { throw ValidationError("--units must be 1 to 200000.") }
        let isID = prefix.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        }
        guard isID, (1...MadeField.prefixMax).contains(prefix.utf8.count) else {
            throw ValidationError("--prefix must be 1 to \(MadeField.prefixMax) Latin letters and digits.")
        }
    }

    func run() throws {
        let terminal = Terminal()
        do {
            try make(terminal)
        } catch let error as CredentialsError {
            throw failure(.system, "\(error)", terminal)
        } catch let error as CocoaError {
            throw failure(.noInput, "cannot write into \(into): \(error.localizedDescription)", terminal)
        }
    }

    private func make(_ terminal: Terminal) throws {
        let began = ContinuousClock.now
        try FileManager.default.createDirectory(
            atPath: into, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let authority = try authority(terminal)
        for server in ["gateway", "console"] where !exists("\(server).pem") || !exists("\(server).key") {
            let key = try DevelopmentKey()
            try write(key.pem(), "\(server).key", isSecret: true)
            try write(try authority.sign(.localServer(server), key: key), "\(server).pem")
        }
        let field = MadeField(units: units, prefix: prefix)
        let key = try DevelopmentKey()
        var certificates: [UInt8] = []
        certificates.reserveCapacity(units * 900)
        for id in field.ids { certificates += try authority.sign(.unit(id), key: key) }
        try write(key.pem(), UnitCredentials.keyFile, isSecret: true)
        try write(certificates, UnitCredentials.certificatesFile)
        for (name, text) in field.tables { try write(Array(text.utf8), name) }
        let seconds = Double(Int(began.duration(to: .now) / .milliseconds(1))) / 1_000
        terminal.line("\(units) units in \(into), all with one private key; \(seconds) s")
    }

    private func authority(_ terminal: Terminal) throws -> DevelopmentAuthority {
        if exists("ca.pem"), exists("ca.key") {
            let known = DevelopmentAuthority(certificatePEM: try read("ca.pem"), keyPEM: try read("ca.key"))
            guard let known else {
                throw failure(
                    .noInput, "\(into)/ca.pem and ca.key are no certificate and its key; take them away", terminal)
            }
            return known
        }
        let made = try DevelopmentAuthority()
        let (certificate, key) = try made.pem()
        try write(key, "ca.key", isSecret: true)
        try write(certificate, "ca.pem")
        return made
    }

    private func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(into)/\(name)") }

    private func read(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: "\(into)/\(name)")))
    }

    private func write(_ bytes: [UInt8], _ name: String, isSecret: Bool = false) throws {
        let path = "\(into)/\(name)"
        // Removed first: an old file's permissions would stay.
        try? FileManager.default.removeItem(atPath: path)
        let isMade = FileManager.default.createFile(
            atPath: path, contents: Data(bytes), attributes: [.posixPermissions: isSecret ? 0o600 : 0o644])
        guard isMade else { throw CocoaError(.fileWriteUnknown) }
    }
}
