import Credentials
import Testing

@Suite("The authority of development and simulation")
struct DevelopmentAuthorityTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("certificates of one key differ, and are PEM")
    func certificates() throws {
        let authority = try DevelopmentAuthority()
        let key = try DevelopmentKey()
        let made = try ["A-1", "A-2", "A-1"].map { text(try authority.sign(.unit($0), key: key)) }
        #expect(Set(made).count == 3)
        for one in made + [text(try authority.sign(.localServer("gateway"), key: key))] {
            #expect(one.hasPrefix("-----BEGIN CERTIFICATE-----\n") && one.hasSuffix("-----END CERTIFICATE-----\n"))
        }
    }

    @Test("an authority comes back from its texts, but not with another's key")
    func roundTrip() throws {
        let (certificate, key) = try DevelopmentAuthority().pem()
        let again = try #require(DevelopmentAuthority(certificatePEM: certificate, keyPEM: key))
        #expect(try again.pem().certificate == certificate)
        let stranger = try DevelopmentAuthority().pem()
        #expect(DevelopmentAuthority(certificatePEM: certificate, keyPEM: stranger.key) == nil)
        #expect(DevelopmentAuthority(certificatePEM: [1, 2], keyPEM: key) == nil)
        #expect(DevelopmentKey(pem: []) == nil)
    }
}
