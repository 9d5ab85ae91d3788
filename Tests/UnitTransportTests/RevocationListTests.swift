// Which lists are taken, which are refused and with what words, and what several say together.

import AlertModel
import Foundation
import LinuxIO
import Testing

@testable import UnitTransport

@Suite("Revocation lists")
struct RevocationListTests {
    let lists: TrustPKI

    init() throws { lists = try TrustPKI() }

    /// Refused with these words and the file's name; an older trust stays usable.
    private func expectRefused(
        _ path: String, _ words: String, authorities: [String] = ["ca"], after: Trust? = nil
    ) {
        do {
            _ = try lists.trust([path], authorities: authorities, after: after)
            Issue.record("not refused")
        } catch let error as TLSError {
            #expect(error.reason == .revocationList && error.file == path)
            #expect(error.description.contains(words), "\(error)")
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test("of an authority that is not in the file")
    func unknownIssuer() throws {
        expectRefused(try lists.list(of: "other-ca", []), "its issuer CN=Test other-ca is not in")
    }

    @Test("signed by somebody else, or changed on its way")
    func signature() throws {
        try lists.pki.openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "10",
            "-subj",
            "/CN=Test ca", "-keyout", "\(lists.directory)/forger.key", "-out", "\(lists.directory)/forger.pem")
        expectRefused(try lists.list(of: "forger", []), "its signature is not that of CN=Test ca")
        let path = try lists.list([TestCertificate.unitOne.serial]) { $0.isDER = true }
        var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        bytes[bytes.count - 1] ^= 1
        try Data(bytes).write(to: URL(filePath: path))
        expectRefused(path, "its signature is not that of CN=Test ca")
    }

    @Test("of an authority that may not sign lists")
    func keyUsage() throws {
        try lists.issue(
            "weak", by: "ca", serial: 5,
            extensions: "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign")
        // OpenSSL's own command refuses to sign such a list, so the key signs under another certificate of its name.
        try lists.pki.openssl(
            "req", "-x509", "-key", lists.key("weak"), "-days", "10", "-subj", "/CN=weak", "-out",
            "\(lists.directory)/strong.pem")
        expectRefused(
            try lists.list(of: "strong", [], key: "weak"), "may not sign revocation lists",
            authorities: ["ca", "weak"])
    }

    @Test("missing, empty, something else, or damaged behind a good one")
    func unreadable() throws {
        expectRefused("\(lists.directory)/none.pem", "No such file")
        for (name, text) in [
            ("empty", ""), ("words", "revoked: everybody\n"), ("certificate", try lists.text(lists.file("ca"))),
        ] {
            try lists.write(text, to: "\(lists.directory)/\(name).crl")
            expectRefused("\(lists.directory)/\(name).crl", "neither PEM nor DER")
        }
        let good = try lists.text(try lists.list([]))
        let broken = good + "-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n"
        try lists.write(broken, to: "\(lists.directory)/broken.pem")
        expectRefused("\(lists.directory)/broken.pem", "list 2 cannot be read")
    }

    @Test("made in the future")
    func future() throws {
        expectRefused(try lists.list([]) { $0.madeAfterH = 2 }, "holds only from 20")
    }

    @Test("older than the one in force: whoever was revoked since would be good again")
    func older() throws {
        let old = try lists.trust([try lists.list([]) { $0.number = 256 }])
        expectRefused(
            try lists.list([]) { $0.number = 255 }, "the list FF of CN=Test ca is older than 0100", after: old)
        _ = try lists.trust([try lists.list([]) { $0.number = 256 }], after: old)
    }

    @Test("with entries of other authorities, or extensions that nobody here knows")
    func extensions() throws {
        expectRefused(
            try lists.list([]) { $0.extensions = "2.5.29.28=critical,DER:30038401FF" }, "is an indirect one")
        expectRefused(
            try lists.list([]) { $0.extensions = "1.2.3.4=critical,DER:0500" },
            "critical extension that is not known")
        // A part of the reasons or certificates is no obstacle: what it lists is revoked.
        _ = try lists.trust([try lists.list([]) { $0.extensions = "2.5.29.28=critical,DER:30038101FF" }])
    }

    private static func delta(from base: Int) -> String { String(format: "2.5.29.27=critical,DER:0201%02X", base) }

    @Test("a delta adds to a complete list and takes off it")
    func delta() throws {
        let complete = try lists.list([10, 11]) { $0.number = 4 }
        let adding = try lists.list([12]) {
            $0.number = 5
            $0.extensions = Self.delta(from: 4)
        }
        let restoring = try lists.list([10]) {
            $0.number = 6
            $0.extensions = Self.delta(from: 4)
            $0.reason = "removeFromCRL"
        }
        #expect(try lists.trust([complete]).revocation.revoked.count == 2)
        #expect(try lists.trust([adding, complete]).revocation.revoked.count == 3)
        #expect(try lists.trust([restoring, adding, complete]).revocation.revoked.count == 2)
        let newer = try lists.list([10, 11, 12, 13]) { $0.number = 7 }
        #expect(try lists.trust([restoring, newer]).revocation.revoked.count == 4, "a newer list says it all")
        expectRefused(adding, "goes on from list 04, and no complete list so new is here")
    }

    @Test("numbers are compared as numbers")
    func numbers() {
        #expect(RevocationList.isLess([2], [1, 0]))
        #expect(!RevocationList.isLess([1, 0], [2]))
        #expect(!RevocationList.isLess([], []))
        #expect(RevocationList.isLess([], [1]))
    }

    @Test("a path survives a ticket, and bytes that are none are refused")
    func ticketBytes() throws {
        func key(_ number: UInt64) -> CertificateKey { CertificateKey(high: number, low: ~number) }
        func authority(_ number: UInt64) -> AuthorityKey { AuthorityKey(high: number, low: number << 32) }
        for count in 1...7 {
            let path = TrustPath(
                leaf: key(1),
                above: AuthorityPath(
                    issuers: (0..<count).map { authority(UInt64($0 + 2)) },
                    intermediates: (1..<count).map { key(UInt64($0 + 100)) }))
            let bytes = path.bytes
            #expect(bytes.withUnsafeBytes { TrustPath(bytes: $0) } == path)
            for end in 0..<bytes.count {
                #expect(bytes[..<end].withUnsafeBytes { TrustPath(bytes: $0) } == nil)
            }
            #expect((bytes + [0]).withUnsafeBytes { TrustPath(bytes: $0) } == nil)
        }
        #expect([0].withUnsafeBytes { TrustPath(bytes: UnsafeRawBufferPointer(rebasing: $0[..<1])) } == nil)
    }

    @Test("a resumed session's certificate that has expired meanwhile")
    func expired() throws {
        let trust = try lists.trust()
        var view = TrustView(TrustInForce(trust))
        let anchor = try #require(trust.anchors.first)
        let number = try #require(view.number(of: AuthorityPath(issuers: [anchor], intermediates: [])))
        let certificate = PeerCertificate(key: CertificateKey(high: 1, low: 2), endsAtS: 1_000, path: number)
        #expect(view.judgeNewcomer(certificate, nowS: 1_000) == nil)
        #expect(view.judgeNewcomer(certificate, nowS: 1_001) == .expired)
        #expect(view.judge(certificate) == nil, "a link that stands is not ended for it")
        #expect(MemoryLayout<PeerCertificate>.stride == 24)
    }
}
