import AlertModel
import LinuxIO
import Synchronization
import Testing

@testable import UnitTransport

extension TransportTests {
    @Suite("Verification cache")
    struct VerificationCacheTests {
        private static let aheadS = Atomic<Int64>(0)

        private func context() throws -> TLSContext {
            Self.aheadS.store(0, ordering: .relaxed)
            var options = TLSContext.Options(try TestPKI.shared.get().identity(.gateway))
            options.nowS = {
                SystemClock().now().wall.nanoseconds / 1_000_000_000 + Self.aheadS.load(ordering: .relaxed)
            }
            return try TLSContext(role: .server, options)
        }

        private func shake(_ context: TLSContext, _ certificate: TestCertificate) throws -> HandshakeStep {
            let pair = try TLSPair(server: context, client: try TestPKI.client(certificate))
            return pair.shakeHands().server
        }

        @Test("a certificate is verified once, each by its own bytes, and the unit keeps its name and chain")
        func once() throws {
            let context = try context()
            let cache = try #require(context.state?.verified)
            for round in 1...3 {
                let pair = try TLSPair(server: context, client: try TestPKI.client(.unitOne))
                #expect(pair.shakeHands().server == .done)
                let unit = try pair.server.peerUnitID()
                #expect(unit == (try UnitID("unit-1")))
                let certificates = pair.server.verifiedCertificates
                #expect(certificates == 2, "the unit's and the authority's")
                #expect(cache.counts == VerificationCache.Counts(known: round - 1, verified: 1))
            }
            #expect(try shake(context, .unitTwo) == .done)
            #expect(cache.counts == VerificationCache.Counts(known: 2, verified: 2))
            cache.invalidate()
            #expect(try shake(context, .unitTwo) == .done)
            #expect(cache.counts == VerificationCache.Counts(known: 0, verified: 1))
        }

        @Test("what was refused once is verified and refused each time")
        func refused() throws {
            let context = try context()
            for certificate in [TestCertificate.stranger, .expired, .serverOnly] {
                for _ in 0..<2 {
                    guard case .failed = try shake(context, certificate) else {
                        Issue.record("\(certificate) was let in")
                        return
                    }
                }
            }
            #expect(context.state?.verified.counts == VerificationCache.Counts(known: 0, verified: 6))
        }

        @Test("the short library is in use, and the whole one does the same")
        func libraries() throws {
            #expect(try context().state?.library != nil)
            var options = TLSContext.Options(try TestPKI.shared.get().identity(.gateway))
            options.isLean = false
            let whole = try TLSContext(role: .server, options)
            #expect(whole.state?.library == nil)
            #expect(try shake(whole, .unitOne) == .done)
            guard case .failed(let failure) = try shake(whole, .stranger) else {
                Issue.record("was let in")
                return
            }
            #expect(failure.kind == .untrusted)
        }

        @Test("units and authorities may have keys of other kinds", arguments: ["rsa:2048", "ed25519", "ed448"])
        func otherKeys(kind: String) throws {
            let pki = try TestPKI.shared.get()
            let base = "\(pki.directory)/\(kind.prefix(5))"
            try pki.openssl(
                "req", "-x509", "-newkey", kind, "-nodes", "-days", "10", "-subj", "/CN=\(kind)", "-keyout",
                "\(base).key", "-out", "\(base).pem", "-addext", "subjectAltName=URI:urn:sos:unit:unit-1")
            var options = TLSContext.Options(pki.identity(.gateway))
            options.trustFile = "\(base).pem"
            let context = try TLSContext(role: .server, options)
            #expect(context.state?.library != nil)
            let identity = TLSIdentity(
                certificateFile: "\(base).pem", keyFile: "\(base).key", trustFile: pki.file("ca"))
            let pair = try TLSPair(server: context, client: try TLSContext.client(identity))
            #expect(pair.shakeHands().server == .done)
            let unit = try pair.server.peerUnitID()
            #expect(unit == (try UnitID("unit-1")))
        }

        @Test("validity is looked at each time")
        func validity() throws {
            let context = try context()
            #expect(try shake(context, .unitOne) == .done)
            #expect(try shake(context, .unitOne) == .done)
            #expect(context.state?.verified.counts == VerificationCache.Counts(known: 1, verified: 1))
            // The test certificates end after ten days: then OpenSSL is asked, and it alone decides.
            Self.aheadS.store(11 * 86_400, ordering: .relaxed)
            #expect(try shake(context, .unitOne) == .done)
            #expect(try shake(context, .unitOne) == .done)
            #expect(context.state?.verified.counts == VerificationCache.Counts(known: 1, verified: 3))
        }
    }
}
