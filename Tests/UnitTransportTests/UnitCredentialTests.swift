import AlertModel
import Foundation
import Testing
import UnitTransport

extension TransportTests {
    @Suite("Many units over one context")
    struct UnitCredentialTests {
        private func credential(_ certificate: TestCertificate) throws -> UnitCredential {
            let identity = try TestPKI.shared.get().identity(certificate)
            return try UnitCredential(certificateFile: identity.certificateFile, keyFile: identity.keyFile)
        }

        private func connect(_ credential: UnitCredential, _ context: TLSContext) throws -> TLSPair {
            let pair = try TLSPair(server: try TestPKI.server(), client: context, hostName: "127.0.0.1")
            try pair.client.show(credential)
            return pair
        }

        @Test("each connection shows its own unit, and bytes pass when the certificate is forgotten")
        func own() throws {
            let context = try TLSContext.units(trustFile: try TestPKI.shared.get().file("ca"))
            for (certificate, name) in [
                (TestCertificate.unitOne, "unit-1"), (.unitTwo, "unit-2"), (.unitOne, "unit-1"),
            ] {
                let pair = try connect(credential(certificate), context)
                let steps = pair.shakeHands()
                #expect(steps.server == .done && steps.client == .done)
                pair.client.forgetCredential()
                let unit = try pair.server.peerUnitID()
                #expect(unit == (try UnitID(name)))
                let sent = [UInt8]("hello".utf8).withUnsafeBytes { pair.client.write($0) }
                #expect(sent == .bytes(5))
                try awaitReadable(pair.server.fd)
                var buffer = [UInt8](repeating: 0, count: 64)
                let got = buffer.withUnsafeMutableBytes { pair.server.read(into: $0) }
                #expect(got == .bytes(5))
            }
        }

        @Test("without one the gateway refuses, and a stranger's is refused too")
        func refusals() throws {
            let context = try TLSContext.units(trustFile: try TestPKI.shared.get().file("ca"))
            let bare = try TLSPair(server: try TestPKI.server(), client: context).shakeHands()
            guard case .failed(let failure) = bare.server else {
                Issue.record("was let in: \(bare)")
                return
            }
            #expect(failure.kind == .noCertificate, "\(failure)")
            let stranger = try connect(credential(.stranger), context).shakeHands()
            guard case .failed(let other) = stranger.server else {
                Issue.record("was let in: \(stranger)")
                return
            }
            #expect(other.kind == .untrusted, "\(other)")
        }

        @Test("files that do not fit are named")
        func files() throws {
            let pki = try TestPKI.shared.get()
            let failure = { (certificate: String, key: String) -> TLSError? in
                do throws(TLSError) {
                    _ = try UnitCredential(certificateFile: certificate, keyFile: key)
                    return nil
                } catch {
                    return error
                }
            }
            #expect(failure(pki.file("unitOne"), pki.key("unitTwo"))?.reason == .keyMismatch)
            #expect(failure(pki.key("unitOne"), pki.key("unitOne"))?.reason == .certificateFile)
            #expect(failure(pki.file("unitOne"), pki.file("ca"))?.reason == .keyFile)
            #expect(failure("/nowhere.pem", pki.key("unitOne"))?.file == "/nowhere.pem")
        }

        @Test("one file of many units is taken apart by their names; another key is refused")
        func many() throws {
            let pki = try TestPKI.shared.get()
            let key = try UnitKey(file: pki.key("unitTwo"))
            let known = try UnitCredential.readMany(certificatesFile: pki.file("unitTwo"), key: key)
            #expect(known.keys.map(\.description) == ["unit-2"])
            #expect(throws: TLSError(.keyMismatch, file: pki.file("unitOne"), detail: "")) {
                try UnitCredential.readMany(certificatesFile: pki.file("unitOne"), key: key)
            }
            let nameless = try UnitKey(file: pki.key("noURI"))
            #expect(throws: TLSError(.certificateFile, file: pki.file("noURI"), detail: "")) {
                try UnitCredential.readMany(certificatesFile: pki.file("noURI"), key: nameless)
            }
        }
    }
}
