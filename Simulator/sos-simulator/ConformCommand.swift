// `sos-simulator conform`: one side of the unit protocol, judged clause by clause.

import ArgumentParser
import Foundation
import LinuxIO
import Settings
import SimulatedField
import Synchronization
import UnitTransport

/// Checks a gateway or a unit against section 11 of Docs/unit-protocol.md.
struct ConformCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conform",
        abstract: "Checks a gateway (--connect) or a unit (--listen) against the clauses of the unit protocol.",
        discussion: """
            One line a clause: pass, FAIL, not tested. Ends with 0 when none failed, 1 when one did, 66 when a file \
            cannot be read, 69 when the port is taken.
            """)

    @Option(help: ArgumentHelp("Plays a unit against this gateway.", valueName: "host:port"))
    var connect: String?
    @Option(help: ArgumentHelp("Plays a gateway here; connect the unit to it.", valueName: "host:port"))
    var listen: String?
    @Option(help: ArgumentHelp("Our certificate: a unit's, or a gateway's with --listen.", valueName: "file"))
    var cert: String
    @Option(help: ArgumentHelp("Its key.", valueName: "file"))
    var key: String
    @Option(help: ArgumentHelp("The authority that the other side's certificate comes from.", valueName: "file"))
    var ca: String
    @Option(help: ArgumentHelp("With --connect: the unit that the certificate names.", valueName: "id"))
    var unit: String?
    @Flag(
        help: "With --connect: presses may also raise alerts that officers see. Without, only test calls are sent."
    )
    var alarm = false
    @Flag(help: "With --connect: the operator allows TLS 1.2, so that it is no fault.")
    var tls12 = false
    @Option(help: ArgumentHelp("With --connect: a unit's certificate that was revoked.", valueName: "file"))
    var revokedCert: String?
    @Option(help: ArgumentHelp("Its key.", valueName: "file"))
    var revokedKey: String?
    @Flag(help: "With --listen: leaves out U42, which takes half a minute.")
    var quick = false
    @Option(help: ArgumentHelp("With --listen: pushes the unit's button, by /bin/sh.", valueName: "command"))
    var pressCommand: String?
    @Option(help: ArgumentHelp("With --listen: takes the unit's power and gives it back.", valueName: "command"))
    var restartCommand: String?
    @Option(help: ArgumentHelp("With --listen: a certificate for another host, with its key.", valueName: "file"))
    var decoyCert: String?
    @Option(help: ArgumentHelp("Its key.", valueName: "file"))
    var decoyKey: String?
    @Option(help: ArgumentHelp("With --listen: our name in a redirect, when it is not that of --listen."))
    var host: String?
    @Option(help: ArgumentHelp("With --listen: for a unit to start, for a person to press.", valueName: "seconds"))
    var patience: Double = 60
    @Flag(help: "Prints one JSON object instead of lines.")
    var json = false

    func validate() throws {
        guard (connect == nil) != (listen == nil) else {
            throw ValidationError("Give either --connect or --listen.")
        }
        guard ListenAddress(connect ?? listen ?? "") != nil else {
            throw ValidationError("It must be HOST:PORT, such as 127.0.0.1:7443.")
        }
        guard connect == nil || unit != nil else { throw ValidationError("--connect needs --unit.") }
        guard (decoyCert == nil) == (decoyKey == nil) else {
            throw ValidationError("--decoy-cert and --decoy-key go together.")
        }
        guard (revokedCert == nil) == (revokedKey == nil) else {
            throw ValidationError("--revoked-cert and --revoked-key go together.")
        }
        guard patience > 0 else { throw ValidationError("--patience must be more than 0.") }
    }

    func run() async throws {
        let terminal = Terminal()
        let report = try await examine(terminal)
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            terminal.line(String(decoding: try encoder.encode(ConformanceTable(report)), as: UTF8.self))
        } else {
            for clause in report.clauses { terminal.line(report.line(of: clause)) }
            let counts = report.counts
            terminal.line("\(counts.passed) passed, \(counts.failed) failed, \(counts.untested) not tested")
        }
        if report.counts.failed > 0 { throw ExitCode(ExitStatus.lost.rawValue) }
    }

    /// Runs the exam on a thread of its own: it blocks all the time, and the cooperative pool must not.
    private func examine(_ terminal: Terminal) async throws -> ConformanceReport {
        let outcome: Result<ConformanceReport, any Error> = await withCheckedContinuation { continuation in
            do throws(Errno) {
                _ = try LinuxIO.Thread.start(name: "conform") {
                    continuation.resume(returning: Result { try self.exam(terminal) })
                }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        do {
            return try outcome.get()
        } catch let error as TLSError {
            throw failure(.noInput, "\(error)", terminal)
        } catch {
            throw failure(.unavailable, "\(error)", terminal)
        }
    }

    private func exam(_ terminal: Terminal) throws -> ConformanceReport {
        guard let address = ListenAddress(connect ?? listen ?? "") else {
            preconditionFailure("validate() read it already")
        }
        let identity = TLSIdentity(certificateFile: cert, keyFile: key, trustFile: ca)
        if connect != nil {
            let revoked = revokedCert.map {
                TLSIdentity(certificateFile: $0, keyFile: revokedKey ?? "", trustFile: ca)
            }
            let exam = try GatewayExam(
                address: address, identity: identity, unit: unit ?? "", mayAlarm: alarm, allowsTLS12: tls12,
                revoked: revoked)
            exam.run()
            return exam.findings.report
        }
        let handles = UnitHandles(
            press: pressCommand, restart: restartCommand, patienceS: patience, prompt: { terminal.note($0) })
        let decoy = decoyCert.map { TLSIdentity(certificateFile: $0, keyFile: decoyKey ?? "", trustFile: ca) }
        let exam = try UnitExam(
            address: address, host: host ?? address.host, identity: identity, decoy: decoy, handles: handles,
            isQuick: quick)
        exam.run()
        return exam.findings.report
    }
}

/// A report as JSON.
struct ConformanceTable: Encodable {
    /// One clause.
    struct Row: Encodable {
        let clause: String
        let text: String
        /// `pass`, `fail`, `not tested`.
        let verdict: String
        var expected: String?
        var came: String?
        var reason: String?
    }

    let clauses: [Row]
    let passed: Int
    let failed: Int
    let untested: Int

    init(_ report: ConformanceReport) {
        clauses = report.clauses.map { clause in
            switch report[clause.number] {
            case .pass: Row(clause: clause.number, text: clause.text, verdict: "pass")
            case .fail(let expected, let came):
                Row(clause: clause.number, text: clause.text, verdict: "fail", expected: expected, came: came)
            case .notTested(let reason):
                Row(clause: clause.number, text: clause.text, verdict: "not tested", reason: reason)
            }
        }
        (passed, failed, untested) = report.counts
    }
}
