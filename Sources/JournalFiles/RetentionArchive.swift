// Segments that leave the journal's disk: packed by Zstandard, proven readable, with their SHA-256 beside them.
// libzstd and not the zstd program: libsystemd brings the library into every process anyway, and a daemon that
// starts programs needs rights that it is better without.

internal import CZstd
internal import Credentials
public import Journal
internal import LinuxIO

/// A directory of packed segments. Nothing in it is ever removed or replaced by another content.
public struct SegmentArchive: Sendable {
    /// On any disk.
    public let directory: String
    /// Padding and headers are most of a quiet journal: higher levels gain little and take ten times as long.
    static let level: Int32 = 3

    public init(directory: String) { self.directory = directory }

    /// What was stored.
    public struct Entry: Hashable, Sendable {
        /// The packed file's name.
        public let name: String
        /// Its size.
        public let bytes: Int
        /// SHA-256 of the segment's file as it was, 64 hexadecimal digits.
        public let segmentSHA256: String
    }

    /// Packs a segment, unpacks it again for proof, and writes `<name>.zst` and `<name>.zst.sha256`, durable
    /// when it returns. A packed file that a crash left before the segment was removed is written again.
    ///
    /// Takes memory for the segment twice and the packed file. Blocks for both disks.
    /// - Throws: ``JournalError``: `noSpace`, `permission`, `inputOutput`; then the segment must stay.
    public func store(
        _ segment: JournalDirectory.Segment, from path: String
    ) throws(JournalError) -> Entry {
        let content = try journaling("read", file: segment.name) { () throws(Errno) in
            try Self.contents(segment.name, in: path)
        }
        let packed = try Self.pack(content, name: segment.name)
        guard try Self.unpack(packed, bytes: content.count, name: segment.name) == content else {
            throw JournalError(.inputOutput, file: segment.name, reason: "was not the same after unpacking")
        }
        let name = segment.name + ".zst"
        let sums: (segment: String, packed: String)
        do throws(CredentialsError) {
            sums = (try SHA256.hexadecimal(content), try SHA256.hexadecimal(packed))
        } catch {
            throw JournalError(.inputOutput, file: name, reason: "OpenSSL computes no SHA-256: \(error)")
        }
        // Both lines as `sha256sum --check --ignore-missing` reads them, packed and unpacked.
        let text = "\(sums.packed)  \(name)\n\(sums.segment)  \(segment.name)\n"
        try journaling("write to the archive \(directory)", file: name) { () throws(Errno) in
            do throws(Errno) { try Files.makeDirectory(directory) } catch {
                guard error == .exists else { throw error }
            }
            try Files.replace("\(directory)/\(name)", with: packed)
            try Files.replace("\(directory)/\(name).sha256", with: Array(text.utf8))
        }
        return Entry(name: name, bytes: packed.count, segmentSHA256: sums.segment)
    }

    private static func contents(_ name: String, in path: String) throws(Errno) -> [UInt8] {
        let file = try Files.open(name, in: try Files.openDirectory(path), access: .readOnly)
        var failure: Errno?
        let bytes = [UInt8](unsafeUninitializedCapacity: try Files.size(of: file)) { buffer, count in
            do throws(Errno) {
                count = try Files.pread(file, at: 0, into: UnsafeMutableRawBufferPointer(buffer))
                if count != buffer.count { failure = .inputOutput }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// - Throws: ``JournalError`` `inputOutput` with Zstandard's words.
    static func pack(_ content: [UInt8], name: String) throws(JournalError) -> [UInt8] {
        try filled(name, capacity: ZSTD_compressBound(content.count)) { target, capacity in
            ZSTD_compress(target, capacity, content, content.count, level)
        }
    }

    /// - Throws: ``JournalError`` `inputOutput` with Zstandard's words.
    static func unpack(_ packed: [UInt8], bytes: Int, name: String) throws(JournalError) -> [UInt8] {
        try filled(name, capacity: bytes) { target, capacity in
            ZSTD_decompress(target, capacity, packed, packed.count)
        }
    }

    private static func filled(
        _ name: String, capacity: Int, _ fill: (UnsafeMutableRawPointer?, Int) -> Int
    ) throws(JournalError) -> [UInt8] {
        var result = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            result = fill(buffer.baseAddress, buffer.count)
            count = ZSTD_isError(result) == 0 ? result : 0
        }
        guard ZSTD_isError(result) == 0 else {
            throw JournalError(
                .inputOutput, file: name, reason: "Zstandard: \(String(cString: ZSTD_getErrorName(result)))")
        }
        return bytes
    }
}
