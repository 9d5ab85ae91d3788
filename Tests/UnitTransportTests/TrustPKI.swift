// Revocation lists for the tests, and an authority between the root and a unit, made by the openssl command.

import AlertModel
import Foundation
import LinuxIO

@testable import UnitTransport

/// What a list says besides whom it revokes.
struct ListOptions {
    var number = 1
    /// Hours from now.
    var madeAfterH = -1
    var nextAfterH = 24
    /// A line for each extension, as in OpenSSL's configuration.
    var extensions = ""
    /// Revoked entries with this reason instead of none.
    var reason = ""
    var isDER = false
}

/// A directory of its own for each test, beside the certificates that all share.
final class TrustPKI {
    let directory: String
    let pki: TestPKI
    private var made = 0

    init() throws {
        pki = try TestPKI.shared.get()
        directory = "\(pki.directory)/\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// A revocation list.
    ///
    /// - Parameters:
    ///   - authority: the name of its certificate and key.
    ///   - serials: of the revoked certificates.
    /// - Returns: the file's path.
    func list(
        of authority: String = "ca", _ serials: [Int], key: String? = nil,
        _ change: (inout ListOptions) -> Void = { _ in }
    ) throws -> String {
        var options = ListOptions()
        change(&options)
        made += 1
        let base = "\(directory)/list\(made)"
        let reason = options.reason.isEmpty ? "" : ",\(options.reason)"
        let index = serials.map { serial in
            let hex = String(serial, radix: 16, uppercase: true)
            return
                "R\t301231000000Z\t\(time(-2))\(reason)\t\(hex.count % 2 == 0 ? hex : "0" + hex)\tunknown\t/CN=x\n"
        }
        try write(index.joined(), to: "\(base).index")
        let number = String(options.number, radix: 16, uppercase: true)
        try write(number.count % 2 == 0 ? number : "0" + number, to: "\(base).number")
        let configuration = """
            [ca]
            default_ca = one
            [one]
            database = \(base).index
            crlnumber = \(base).number
            default_md = sha256
            crl_extensions = extensions
            [extensions]
            \(options.extensions)
            """
        try write(configuration, to: "\(base).cnf")
        try pki.openssl(
            "ca", "-gencrl", "-batch", "-config", "\(base).cnf", "-cert", file(authority), "-keyfile",
            self.key(key ?? authority), "-crl_lastupdate", time(options.madeAfterH), "-crl_nextupdate",
            time(options.nextAfterH), "-out", "\(base).pem")
        guard options.isDER else { return "\(base).pem" }
        try pki.openssl("crl", "-in", "\(base).pem", "-outform", "DER", "-out", "\(base).der")
        return "\(base).der"
    }

    /// A certificate of an authority of this directory or the shared one.
    ///
    /// - Parameter extensions: as in OpenSSL's configuration.
    func issue(_ name: String, by authority: String, serial: Int, extensions: String) throws {
        let base = "\(directory)/\(name)"
        try write(extensions, to: "\(base).ext")
        try pki.openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(name)",
            "-keyout",
            "\(base).key", "-out", "\(base).csr")
        try pki.openssl(
            "x509", "-req", "-in", "\(base).csr", "-CA", file(authority), "-CAkey", key(authority), "-set_serial",
            "\(serial)", "-days", "10", "-extfile", "\(base).ext", "-out", "\(base).pem")
    }

    /// An authority `issuing` below the root, serial 77, and a unit-1 of it, serial 78, whose file has the chain.
    func makeIntermediate() throws {
        try issue(
            "issuing", by: "ca", serial: 77,
            extensions: "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign")
        try issue(
            "below", by: "issuing", serial: 78,
            extensions: "extendedKeyUsage=clientAuth\nsubjectAltName=URI:urn:sos:unit:unit-1")
        let chain = try text(file("below")) + text(file("issuing"))
        try write(chain, to: file("below"))
    }

    /// A unit's side with a certificate of this directory.
    func client(_ name: String) throws -> TLSContext {
        try TLSContext.client(
            TLSIdentity(certificateFile: file(name), keyFile: key(name), trustFile: pki.file("ca")))
    }

    /// The gateway's trust.
    ///
    /// - Parameter authorities: names whose certificates make up the file of authorities.
    func trust(
        _ lists: [String] = [], authorities: [String] = ["ca"], after old: Trust? = nil,
        _ change: (inout TrustFiles) -> Void = { _ in }
    ) throws -> Trust {
        let bundle = "\(directory)/bundle.pem"
        try write(authorities.map { try text(file($0)) }.joined(), to: bundle)
        let shared = pki.identity(.gateway)
        var files = TrustFiles(
            identity: TLSIdentity(
                certificateFile: shared.certificateFile, keyFile: shared.keyFile, trustFile: bundle),
            revocationLists: lists)
        change(&files)
        return try Trust(files, after: old, now: SystemClock().now().wall)
    }

    func file(_ name: String) -> String { path("\(name).pem") }
    func key(_ name: String) -> String { path("\(name).key") }
    func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
    func write(_ text: String, to path: String) throws { try Data(text.utf8).write(to: URL(filePath: path)) }

    private func path(_ name: String) -> String {
        let own = "\(directory)/\(name)"
        return FileManager.default.fileExists(atPath: own) ? own : "\(pki.directory)/\(name)"
    }

    private func time(_ hours: Int) -> String {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: 0)
        format.dateFormat = "yyMMddHHmmss'Z'"
        return format.string(from: Date(timeIntervalSinceNow: Double(hours) * 3_600))
    }
}
