// The chain that makes changes visible: every batch and every segment holds a SHA-256 over itself and over
// the one before, so that whoever knows the last value knows everything.

/// A SHA-256 over everything in a journal up to a place.
public struct ChainValue: Hashable, Sendable, BitwiseCopyable {
    private var words: SIMD4<UInt64>

    /// Bytes of a value.
    public static let bytes = 32

    /// What stands before the first segment: 32 zeros.
    public static let zero = ChainValue(words: .zero)

    private init(words: SIMD4<UInt64>) { self.words = words }

    /// - Parameter fill: writes all ``bytes`` bytes.
    public init(filledBy fill: (UnsafeMutableRawBufferPointer) -> Void) {
        var words = SIMD4<UInt64>.zero
        withUnsafeMutableBytes(of: &words, fill)
        self.words = words
    }

    /// Reads the value at `offset`; the caller has checked the bounds.
    init(_ memory: UnsafeRawBufferPointer, at offset: Int) {
        words = memory.loadUnaligned(fromByteOffset: offset, as: SIMD4<UInt64>.self)
    }

    func store(into memory: UnsafeMutableRawBufferPointer, at offset: Int) {
        memory.storeBytes(of: words, toByteOffset: offset, as: SIMD4<UInt64>.self)
    }

    /// The bytes, borrowed during the call.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        Swift.withUnsafeBytes(of: words, body)
    }
}

extension ChainValue: CustomStringConvertible {
    /// 64 lower-case hexadecimal digits, as other tools print a SHA-256.
    public var description: String {
        withUnsafeBytes { bytes in
            bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        }
    }
}

/// SHA-256 over `head`, the 32 bytes of `previous`, and `rest`, in this order.
///
/// Brought by the file layer, because cryptography is not written here. Called once a batch by whoever reads
/// or writes the journal; never by two threads at once.
public typealias ChainHash =
    @Sendable (_ head: UnsafeRawBufferPointer, _ previous: ChainValue, _ rest: UnsafeRawBufferPointer) ->
    ChainValue

/// The functions that keep a journal honest: one against the disk, one against people.
public struct JournalDigests: Sendable {
    /// CRC-32C.
    public let checksum: Checksum
    /// SHA-256.
    public let chain: ChainHash

    public init(checksum: @escaping Checksum = CRC32C.checksum, chain: @escaping ChainHash) {
        self.checksum = checksum
        self.chain = chain
    }
}
