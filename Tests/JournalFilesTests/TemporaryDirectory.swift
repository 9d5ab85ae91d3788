import AlertModel
import Glibc
import Journal
import JournalFiles
import LinuxIO
import Telemetry

/// A directory that goes when the test ends.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/sosgateway-journal-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw Errno(code: errno) }
        path = String(cString: made)
    }

    deinit {
        for name in (try? names) ?? [] where unlink("\(path)/\(name)") != 0 { rmdir("\(path)/\(name)") }
        rmdir(path)
    }

    var names: [String] {
        get throws { try Files.list(try Files.openDirectory(path)).sorted() }
    }

    var segments: [String] {
        get throws { try names.filter { $0.hasSuffix(".segment") } }
    }

    func read(_ name: String) throws -> [UInt8] {
        let file = try Files.open(name, in: try Files.openDirectory(path), access: .readOnly)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: try Files.size(of: file), alignment: 8)
        defer { buffer.deallocate() }
        return Array(buffer[..<(try Files.pread(file, at: 0, into: buffer))])
    }

    func write(_ bytes: [UInt8], to name: String, at offset: Int = 0) throws {
        let directory = try Files.openDirectory(path)
        let isThere = try Files.list(directory).contains(name)
        let file = try Files.open(
            name, in: directory, access: .readWrite, presence: isThere ? .mustExist : .mustNotExist)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
        defer { buffer.deallocate() }
        buffer.copyBytes(from: bytes)
        try Files.pwrite(file, at: offset, UnsafeRawBufferPointer(buffer))
    }

    func rename(_ name: String, to newName: String) throws {
        try Files.rename(name, to: newName, in: try Files.openDirectory(path))
    }

    /// Puts the files of another directory in the place of its own; the other is gone then.
    func replace(with other: String) throws {
        for name in try names { try remove(name) }
        let from = try Files.openDirectory(other)
        for name in try Files.list(from) {
            guard Glibc.rename("\(other)/\(name)", "\(path)/\(name)") == 0 else { throw Errno(code: errno) }
        }
        rmdir(other)
    }

    func remove(_ name: String) throws { try Files.unlink(name, in: try Files.openDirectory(path)) }

    func truncate(_ name: String, to bytes: Int) throws {
        let file = try Files.open(name, in: try Files.openDirectory(path), access: .readWrite)
        try Files.ftruncate(file, to: bytes)
    }
}

/// Segments of 16 KiB.
let testLimits: JournalLimits = {
    var limits = JournalLimits()
    limits.segmentBytes = 16384
    limits.batchBytesMax = 8192
    limits.bodyBytesMax = 1000
    return limits
}()

struct Written: Hashable {
    let sequence: UInt64
    let kind: UInt8
    let body: [UInt8]
}

/// Opens the journal in a directory, remembering what it replays.
func openJournal(
    _ directory: TemporaryDirectory, limits: JournalLimits = testLimits, counters: Counters = Counters(),
    replayed: inout [Written]
) throws(JournalError) -> JournalWriter {
    var records: [Written] = []
    defer { replayed = records }
    return try JournalWriter.open(directory: directory.path, limits: limits, counters: counters) { record in
        records.append(Written(sequence: record.sequence.value, kind: record.kind, body: Array(record.body)))
    }
}

extension JournalWriter {
    /// Appends and commits records whose content follows from their sequence.
    mutating func write(_ count: Int, bodyBytes: Int = 56) throws -> [Written] {
        var written: [Written] = []
        for _ in 0..<count {
            let next = lastSequence.next.value
            let body = (0..<bodyBytes).map { UInt8(truncatingIfNeeded: UInt64($0) &* 31 &+ next) }
            let instant = Instant(
                wall: WallTime(nanoseconds: Int64(next)), monotonic: MonotonicTime(nanoseconds: next))
            let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: bodyBytes, alignment: 8)
            defer { bytes.deallocate() }
            bytes.copyBytes(from: body)
            let sequence = try append(
                kind: UInt8(truncatingIfNeeded: next), at: instant, body: UnsafeRawBufferPointer(bytes))
            written.append(
                Written(sequence: sequence.value, kind: UInt8(truncatingIfNeeded: next), body: body))
        }
        try commit()
        return written
    }
}
