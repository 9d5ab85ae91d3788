// How much work a password guess costs (RFC 7914), and the text form that carries it.

/// The cost parameters of scrypt.
///
/// Memory is 128 · r · 2^ln bytes, work grows with all three.
struct ScryptCost: Hashable, Sendable {
    /// Logarithm of the CPU and memory cost N, base 2.
    let logN: UInt64
    /// Block size.
    let blockSize: UInt64
    /// Parallelisation.
    let parallelism: UInt64

    /// 32 MiB and 50 to 100 ms on a server of today: a guess is dear, a sign-in is not.
    static let standard = ScryptCost(logN: 15, blockSize: 8, parallelism: 1)

    /// Outside these a stored hash is refused: below is no protection, above (128 MiB) one sign-in could starve
    /// the machine.
    static let logNRange: ClosedRange<UInt64> = 14...17
    /// See ``logNRange``.
    static let blockSizeRange: ClosedRange<UInt64> = 8...8
    /// See ``logNRange``.
    static let parallelismRange: ClosedRange<UInt64> = 1...4

    /// `ln=15,r=8,p=1`.
    var text: String { "ln=\(logN),r=\(blockSize),p=\(parallelism)" }

    /// What OpenSSL may use: the table and room for its block buffers.
    var memoryBytesMax: UInt64 { 128 * blockSize * ((1 << logN) + parallelism + 64) }

    init(logN: UInt64, blockSize: UInt64, parallelism: UInt64) {
        self.logN = logN
        self.blockSize = blockSize
        self.parallelism = parallelism
    }

    /// Parses ``text``; nil when malformed or outside the accepted ranges.
    init?(text: some StringProtocol) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 3,
            let logN = Self.number(parts[0], key: "ln="), Self.logNRange.contains(logN),
            let blockSize = Self.number(parts[1], key: "r="), Self.blockSizeRange.contains(blockSize),
            let parallelism = Self.number(parts[2], key: "p="), Self.parallelismRange.contains(parallelism)
        else { return nil }
        self.init(logN: logN, blockSize: blockSize, parallelism: parallelism)
    }

    private static func number(_ part: some StringProtocol, key: String) -> UInt64? {
        guard part.hasPrefix(key) else { return nil }
        let digits = part.dropFirst(key.count)
        guard !digits.isEmpty, digits.count <= 2, digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else {
            return nil
        }
        return UInt64(digits)
    }
}
