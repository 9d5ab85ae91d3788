// The options that both commands share, and what they stand for.

import AlertModel
import ArgumentParser
import Foundation
import Settings
import SimulatedField

/// Where gateway, certificates and units are.
struct FieldOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The gateway's listener for units.", valueName: "host:port"), transform: address)
    var connect: ListenAddress

    @Option(
        help: ArgumentHelp(
            "Has ca.pem, and units/ID.pem, units/ID.key (Scripts/dev-pki) or field.pem, field.key (make-field).",
            valueName: "directory"))
    var pki: String

    @Option(
        help: ArgumentHelp("Who the units are and where: a YAML registry, or a CSV of units.", valueName: "file"))
    var registry: String

    private static func address(_ text: String) throws -> ListenAddress {
        guard let address = ListenAddress(text), address.port != 0 else {
            throw ValidationError("It must be HOST:PORT, such as 127.0.0.1:7443.")
        }
        return address
    }

    /// Reads the registry's units.
    ///
    /// - Throws: an exit code, after saying what is wrong.
    func loadUnits(_ terminal: Terminal) throws -> [UnitRecord] {
        if registry.hasSuffix(".csv") { return try loadSheet(terminal) }
        do throws(SettingsError) {
            return try Registry.load(path: registry).units
        } catch {
            throw failure(.noInput, "\(error)", terminal)
        }
    }

    private func loadSheet(_ terminal: Terminal) throws -> [UnitRecord] {
        guard let text = try? String(contentsOf: URL(filePath: registry), encoding: .utf8) else {
            throw failure(.noInput, "cannot read \(registry)", terminal)
        }
        do throws(UnitSheetError) {
            return try UnitSheet.units(csv: text)
        } catch {
            throw failure(.noInput, "\(registry): \(error)", terminal)
        }
    }

    /// Who sits at the console.
    ///
    /// - Throws: an exit code, after saying what is wrong.
    func access(console: String, officer: String, passwordFile: String, _ terminal: Terminal) throws
        -> OfficerAccess
    {
        let text: String
        do {
            text = try String(contentsOf: URL(filePath: passwordFile), encoding: .utf8)
        } catch {
            throw failure(.noInput, "cannot read the password in \(passwordFile)", terminal)
        }
        let trustFile = "\(pki)/ca.pem"
        guard FileManager.default.isReadableFile(atPath: trustFile) else {
            throw failure(.noInput, "cannot read the authority's certificate in \(trustFile)", terminal)
        }
        let password = String(text.prefix { !$0.isNewline })
        let base = console.hasSuffix("/") ? String(console.dropLast()) : console
        return OfficerAccess(base: base, trustFile: trustFile, name: officer, password: password)
    }
}
