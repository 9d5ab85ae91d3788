// Snapshots beside the segments: written whole or not at all, checked when read, the older ones removed.

public import AlertModel
internal import Credentials
public import Journal
internal import LinuxIO

/// A state of the gateway as a file holds it. What the body means is not this layer's business.
public struct Snapshot: Sendable {
    /// What it is of.
    public let header: SnapshotHeader
    /// The state.
    public let body: [UInt8]

    public init(header: SnapshotHeader, body: [UInt8]) {
        self.header = header
        self.body = body
    }
}

/// Snapshots in a journal's directory. One thread writes and removes at a time; reading disturbs nobody.
public enum SnapshotFiles {
    /// One to start from, and one more should it turn out to be damaged.
    public static let keptCount = 2
    /// A state of 100 million presses; a larger file is none of ours.
    static let bodyBytesMax = 1 << 31
    /// Half a millisecond of an ordinary SSD: what a batch of the journal may have to wait for.
    private static let pieceBytes = 256 << 10
    private static let preparing = "snapshot.preparing"
    private static let prefix = "snapshot-"
    private static let suffix = ".state"

    /// `snapshot-<sequence, 20 digits>.state`.
    public static func name(_ sequence: JournalSequence) -> String {
        let text = String(sequence.value)
        return prefix + String(repeating: "0", count: max(0, 20 - text.count)) + text + suffix
    }

    /// Sequences of all snapshots, the newest first; what is in them is not looked at.
    ///
    /// - Throws: ``JournalError``: `permission`, `inputOutput`.
    public static func list(in path: String) throws(JournalError) -> [JournalSequence] {
        try journaling("list the directory", file: path) { () throws(Errno) in
            try Files.list(try Files.openDirectory(path))
        }.compactMap { file in
            guard file.hasPrefix(prefix), file.hasSuffix(suffix),
                let value = UInt64(file.dropFirst(prefix.count).dropLast(suffix.count)),
                name(JournalSequence(value)) == file
            else { return nil }
            return JournalSequence(value)
        }.sorted { $0 > $1 }
    }

    /// Writes a snapshot, durable when it returns; a crash at any moment leaves all of it or nothing that
    /// has its name. Gentle to the journal beside it: every piece is synced by itself.
    ///
    /// - Throws: ``JournalError``: `noSpace`, `permission`, `inputOutput`.
    public static func write(
        _ snapshot: Snapshot, in path: String, digests: JournalDigests
    ) throws(JournalError) {
        let digest = try digest(of: snapshot.body)
        let block = snapshot.header.encode(
            bodyBytes: snapshot.body.count, digest: digest, checksum: digests.checksum)
        let name = name(snapshot.header.sequence)
        try journaling("write the snapshot", file: name) { () throws(Errno) in
            let directory = try Files.openDirectory(path)
            let file = try Files.open(preparing, in: directory, access: .readWrite, presence: .emptied)
            try Files.fallocate(file, from: 0, bytes: block.count + snapshot.body.count)
            try write(block, to: file, at: 0)
            try write(snapshot.body, to: file, at: block.count)
            try Files.rename(preparing, to: name, in: directory)
            try Files.syncDirectory(directory)
        }
    }

    private static func write(
        _ bytes: [UInt8], to file: borrowing Descriptor, at start: Int
    ) throws(Errno) {
        var done = 0
        while done < bytes.count {
            let end = min(done + pieceBytes, bytes.count)
            var failure: Errno?
            bytes.withUnsafeBytes { memory in
                let piece = UnsafeRawBufferPointer(rebasing: memory[done..<end])
                do throws(Errno) { try Files.pwrite(file, at: start + done, piece) } catch { failure = error }
            }
            if let failure { throw failure }
            try Files.fdatasync(file)
            done = end
        }
    }

    /// Reads a snapshot and checks that it is whole.
    ///
    /// - Throws: ``SnapshotRefusal``: `unreadable`, `damaged`, `newerVersion`.
    public static func read(
        _ sequence: JournalSequence, in path: String, digests: JournalDigests
    ) throws(SnapshotRefusal) -> Snapshot {
        let name = name(sequence)
        let bytes: [UInt8]
        do throws(Errno) {
            bytes = try contents(name, in: path)
        } catch {
            throw SnapshotRefusal(.unreadable, file: name, detail: "could not be read: \(error)")
        }
        let decoded: SnapshotHeader.Decoded
        do throws(SnapshotRefusal.Reason) {
            decoded = try decode(bytes, digests)
        } catch {
            let what = error == .newerVersion ? "was written by a later version" : "has no readable header"
            throw SnapshotRefusal(error, file: name, detail: what)
        }
        let body = Array(bytes[SnapshotHeader.bytes...])
        guard decoded.header.sequence == sequence else {
            throw SnapshotRefusal(.damaged, file: name, detail: "is named otherwise than its header says")
        }
        guard decoded.bodyBytes == UInt64(body.count) else {
            throw SnapshotRefusal(
                .damaged, file: name, detail: "has \(body.count) bytes of state instead of \(decoded.bodyBytes)")
        }
        guard let digest = try? digest(of: body), digest == decoded.digest else {
            throw SnapshotRefusal(.damaged, file: name, detail: "has another SHA-256 than its header says")
        }
        return Snapshot(header: decoded.header, body: body)
    }

    private static func decode(
        _ bytes: [UInt8], _ digests: JournalDigests
    ) throws(SnapshotRefusal.Reason) -> SnapshotHeader.Decoded {
        guard bytes.count >= SnapshotHeader.bytes else { throw .damaged }
        var failure = SnapshotRefusal.Reason.damaged
        let decoded = bytes.withUnsafeBytes { memory -> SnapshotHeader.Decoded? in
            let block = UnsafeRawBufferPointer(rebasing: memory[..<SnapshotHeader.bytes])
            do throws(SnapshotRefusal.Reason) {
                return try SnapshotHeader.decode(block, checksum: digests.checksum)
            } catch {
                failure = error
                return nil
            }
        }
        guard let decoded else { throw failure }
        return decoded
    }

    private static func contents(_ name: String, in path: String) throws(Errno) -> [UInt8] {
        let file = try Files.open(name, in: try Files.openDirectory(path), access: .readOnly)
        let size = try Files.size(of: file)
        guard size <= SnapshotHeader.bytes + bodyBytesMax else { throw .inputOutput }
        var failure: Errno?
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            do throws(Errno) {
                count = try Files.pread(file, at: 0, into: UnsafeMutableRawBufferPointer(buffer))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    private static func digest(of body: [UInt8]) throws(JournalError) -> [UInt8] {
        do throws(CredentialsError) {
            return try SHA256.digest(body)
        } catch {
            throw JournalError(.inputOutput, reason: "OpenSSL computes no SHA-256: \(error)")
        }
    }

    /// Removes all but the newest ``keptCount`` and what a crash left half made.
    ///
    /// - Throws: ``JournalError``: `permission`, `inputOutput`.
    public static func prune(in path: String) throws(JournalError) {
        let names = try list(in: path).dropFirst(keptCount).map(name)
        try journaling("remove an old snapshot", file: path) { () throws(Errno) in
            let directory = try Files.openDirectory(path)
            for name in names { try Files.unlink(name, in: directory) }
            if try Files.list(directory).contains(preparing) { try Files.unlink(preparing, in: directory) }
        }
    }

    /// Renames a snapshot that is of no use to `….refused`, for a person to look at.
    ///
    /// - Throws: ``JournalError``: `permission`, `inputOutput`.
    public static func setAside(_ sequence: JournalSequence, in path: String) throws(JournalError) {
        let name = name(sequence)
        try journaling("set a snapshot aside", file: name) { () throws(Errno) in
            let directory = try Files.openDirectory(path)
            try Files.rename(name, to: name + ".refused", in: directory)
            try Files.syncDirectory(directory)
        }
    }
}
