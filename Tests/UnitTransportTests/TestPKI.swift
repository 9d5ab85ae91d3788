// Certificates for the tests, made once a process by the openssl command in a temporary directory.

import AlertModel
import Foundation
import LinuxIO
import UnitTransport

/// A certificate that a peer may show.
enum TestCertificate: String, CaseIterable, Sendable {
    case gateway
    case unitOne
    case unitTwo
    /// Of an authority that the gateway does not know.
    case stranger
    case expired
    /// May only be used by servers.
    case serverOnly
    case noURI
    case twoURIs
    case badID

    var extensions: String {
        switch self {
        case .gateway: "extendedKeyUsage=serverAuth\nsubjectAltName=DNS:gateway.test,IP:127.0.0.1"
        case .unitOne, .stranger, .expired:
            "extendedKeyUsage=clientAuth\nsubjectAltName=URI:urn:sos:unit:unit-1,URI:https://example.org/1"
        case .unitTwo: "extendedKeyUsage=clientAuth\nsubjectAltName=URI:urn:sos:unit:unit-2"
        case .serverOnly: "extendedKeyUsage=serverAuth\nsubjectAltName=URI:urn:sos:unit:unit-1"
        case .noURI: "extendedKeyUsage=clientAuth\nsubjectAltName=DNS:unit-1"
        case .twoURIs:
            "extendedKeyUsage=clientAuth\nsubjectAltName=URI:urn:sos:unit:unit-1,URI:urn:sos:unit:unit-2"
        case .badID: "extendedKeyUsage=clientAuth\nsubjectAltName=URI:urn:sos:unit:this-is-far-too-long"
        }
    }

    var authority: String { self == .stranger ? "other-ca" : "ca" }
    var serial: Int { rawValue.utf8.reduce(1) { $0 * 31 % 65_521 + Int($1) } }
    /// Days from now; negative is past.
    var days: Int { self == .expired ? -1 : 10 }
}

/// Where the files are.
final class TestPKI: Sendable {
    static let shared = Result { try TestPKI() }
    let directory: String

    private init() throws {
        directory =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("sos-transport-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        do {
            try makeAll()
        } catch {
            try? FileManager.default.removeItem(atPath: directory)
            throw error
        }
        atexit {
            if case .success(let pki) = TestPKI.shared {
                try? FileManager.default.removeItem(atPath: pki.directory)
            }
        }
    }

    func file(_ name: String) -> String { "\(directory)/\(name).pem" }
    func key(_ name: String) -> String { "\(directory)/\(name).key" }

    func identity(_ certificate: TestCertificate) -> TLSIdentity {
        TLSIdentity(
            certificateFile: file(certificate.rawValue), keyFile: key(certificate.rawValue),
            trustFile: file("ca"))
    }

    /// The gateway's context.
    static func server() throws -> TLSContext {
        let pki = try shared.get()
        return try .server(pki.identity(.gateway), tickets: tickets())
    }

    /// The gateway's ticket keys: one file for all, as after a restart.
    static func tickets() throws -> TicketKeys {
        try TicketKeys(path: "\(shared.get().directory)/ticket-keys", now: SystemClock().now().wall)
    }

    /// The gateway's trust, without lists.
    static func trust() throws -> Trust {
        try Trust(TrustFiles(identity: shared.get().identity(.gateway)), now: SystemClock().now().wall)
    }

    /// A unit's context, bad on request.
    static func client(
        _ certificate: TestCertificate? = .unitOne, alpn: String? = TLSContext.applicationProtocol,
        tls12: Bool = false
    ) throws -> TLSContext {
        var options = TLSContext.Options(try shared.get().identity(certificate ?? .unitOne))
        if certificate == nil {
            options.certificateFile = nil
            options.keyFile = nil
        }
        options.applicationProtocol = alpn
        options.speaksOnlyTLS12 = tls12
        return try TLSContext(role: .client, options)
    }

    private func makeAll() throws {
        for authority in ["ca", "other-ca"] {
            try openssl(
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "10",
                "-subj", "/CN=Test \(authority)", "-keyout", key(authority), "-out", file(authority),
                "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        }
        for certificate in TestCertificate.allCases { try make(certificate) }
    }

    private func make(_ certificate: TestCertificate) throws {
        let name = certificate.rawValue
        try openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(name)",
            "-keyout", key(name), "-out", "\(directory)/\(name).csr")
        let extensions = "\(directory)/\(name).ext"
        try certificate.extensions.write(toFile: extensions, atomically: false, encoding: .utf8)
        try openssl(
            "x509", "-req", "-in", "\(directory)/\(name).csr", "-CA", file(certificate.authority), "-CAkey",
            key(certificate.authority), "-set_serial", "\(certificate.serial)",
            "-days", "\(certificate.days)", "-extfile", extensions, "-out", file(name))
    }

    func openssl(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw TestFailure(
                "openssl \(arguments.joined(separator: " ")) ended with \(process.terminationStatus)"
                    + " (\(process.terminationReason)): \(text)")
        }
    }
}

/// A test cannot go on.
struct TestFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
