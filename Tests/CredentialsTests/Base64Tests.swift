import Testing

@testable import Credentials

@Suite("Base64 without padding")
struct Base64Tests {
    @Test(
        "RFC 4648 section 10",
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ])
    func vectors(plain: String, encoded: String) {
        #expect(Base64.encode(plain.utf8, alphabet: .standard) == encoded)
        #expect(Base64.decode(encoded, alphabet: .standard) == Array(plain.utf8))
    }

    @Test("every byte survives, in both alphabets")
    func roundTrip() {
        for count in 0..<70 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 73 &+ count) }
            for alphabet in [Base64.Alphabet.standard, .url] {
                #expect(Base64.decode(Base64.encode(bytes, alphabet: alphabet), alphabet: alphabet) == bytes)
            }
        }
    }

    @Test(
        "what is not the one text of a value is refused",
        arguments: ["A", "Zg==", "Zh", "Zm9", "Zm 9v", "Zm9v\n", "ж", "Zm9-"])
    func refused(text: String) {
        #expect(Base64.decode(text, alphabet: .standard) == nil)
    }

    @Test("the url alphabet has no character that a cookie or path must escape")
    func urlAlphabet() {
        #expect(Base64.encode([0xfb, 0xff, 0xfe], alphabet: .url) == "-__-")
        #expect(Base64.encode([0xfb, 0xff, 0xfe], alphabet: .standard) == "+//+")
    }
}
