import Testing

@testable import Credentials

@Suite("Password hashes")
struct PasswordHashTests {
    @Test("scrypt is the function of RFC 7914 section 12")
    func rfcVector() throws {
        // N=16384, r=8, p=1, the first 32 of 64 bytes: PBKDF2's blocks of 32 bytes make a prefix exact.
        let key = try PasswordHash.derive(
            "pleaseletmein", salt: Array("SodiumChloride".utf8),
            cost: ScryptCost(logN: 14, blockSize: 8, parallelism: 1))
        let expected: [UInt8] = [
            0x70, 0x23, 0xbd, 0xcb, 0x3a, 0xfd, 0x73, 0x48, 0x46, 0x1c, 0x06, 0xcd, 0x81, 0xfd, 0x38, 0xeb,
            0xfd, 0xa8, 0xfb, 0xba, 0x90, 0x4f, 0x8e, 0x3e, 0xa9, 0xb5, 0x43, 0xf6, 0x54, 0x5d, 0xa1, 0xf2,
        ]
        #expect(key == expected)
    }

    @Test("the right password and no other", arguments: ["қауіпсіз құпиясөз", "a", ""])
    func verifies(password: String) throws {
        let stored = try PasswordHash.make(password)
        #expect(stored.hasPrefix("$scrypt$ln=15,r=8,p=1$"))
        #expect(try PasswordHash.verify(password, against: stored))
        #expect(try !PasswordHash.verify(password + " ", against: stored))
    }

    @Test("two hashes of one password differ")
    func salted() throws {
        #expect(try PasswordHash.make("same") != PasswordHash.make("same"))
    }

    @Test("an unknown officer costs about what a known one costs and is refused")
    func unknownOfficer() throws {
        let stored = try PasswordHash.make("x")
        let clock = ContinuousClock()
        let known = try clock.measure { _ = try PasswordHash.verify("y", against: stored) }
        var isVerified = true
        let unknown = try clock.measure { isVerified = try PasswordHash.verify("y", against: nil) }
        #expect(!isVerified)
        // Wide enough for a busy machine; without the dummy it would be thousands of times less.
        #expect(unknown * 20 > known)
    }

    @Test(
        "a damaged or absurd hash is an error, not a yes and not a crash",
        arguments: [
            "", "$", "plain", "$scrypt$ln=15,r=8,p=1$$", "$scrypt$ln=31,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
            "$scrypt$ln=1,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$scrypt$ln=15,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$scrypt$ln=+5,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$argon2$ln=15,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ])
    func malformed(stored: String) {
        #expect(throws: CredentialsError.malformedHash) { try PasswordHash.verify("x", against: stored) }
    }
}

@Suite("Tokens and digests")
struct TokenTests {
    @Test("a token is 32 random bytes in 43 characters")
    func tokens() throws {
        let tokens = try (0..<100).map { _ in try SecureRandom.token() }
        #expect(Set(tokens).count == 100)
        #expect(tokens.allSatisfy { $0.utf8.count == 43 && Base64.decode($0, alphabet: .url)?.count == 32 })
    }

    @Test("SHA-256 of FIPS 180-4's example")
    func digest() throws {
        let abc = try SHA256.hexadecimal(Array("abc".utf8))
        #expect(abc == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(try SHA256.digest([]).count == SHA256.digestBytes)
    }

    @Test("comparison in constant time is still comparison")
    func comparison() {
        #expect(equalInConstantTime([1, 2, 3], [1, 2, 3]))
        #expect(!equalInConstantTime([1, 2, 3], [1, 2, 4]))
        #expect(!equalInConstantTime([1, 2, 3], [1, 2]))
        #expect(equalInConstantTime([], []))
    }
}
