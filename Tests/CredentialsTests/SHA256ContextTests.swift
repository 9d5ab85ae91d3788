import Testing

@testable import Credentials

@Suite("SHA-256 again and again")
struct SHA256ContextTests {
    @Test("one context gives every time what a single digest of the pieces together gives")
    func agrees() throws {
        let context = try SHA256Context()
        for count in 0..<300 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 73 &+ count) }
            let (head, tail) = (count / 5, count / 2)
            var digest = [UInt8](repeating: 0, count: SHA256.digestBytes)
            bytes.withUnsafeBytes { all in
                digest.withUnsafeMutableBytes {
                    context.digest(
                        UnsafeRawBufferPointer(rebasing: all[..<head]),
                        UnsafeRawBufferPointer(rebasing: all[head..<tail]),
                        UnsafeRawBufferPointer(rebasing: all[tail...]), into: $0)
                }
            }
            #expect(try digest == SHA256.digest(bytes), "\(count) bytes")
        }
    }
}
