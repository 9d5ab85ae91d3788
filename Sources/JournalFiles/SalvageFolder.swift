// The directory into which a salvaged journal is written: all of it, or nothing under its name.

public import AlertModel
public import Journal
internal import LinuxIO

/// A new directory of segments. It carries `.partial` behind its name until ``finish(report:)``.
public struct SalvageFolder: SalvageTarget, ~Copyable, Sendable {
    /// Where the finished journal will be.
    public let path: String
    private let parent: Descriptor
    private let directory: Descriptor
    private let name: String

    private static let partial = ".partial"

    /// Makes the directory; its parent must exist.
    ///
    /// - Throws: ``JournalError``: `inputOutput` when the directory exists already, also under its partial name;
    ///   `permission`, `noSpace`.
    public init(path: String) throws(JournalError) {
        var trimmed = path
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        let cut = trimmed.lastIndex(of: "/")
        let parentPath = cut.map { $0 == trimmed.startIndex ? "/" : String(trimmed[..<$0]) } ?? "."
        let name = cut.map { String(trimmed[trimmed.index(after: $0)...]) } ?? trimmed
        let partialPath = "\(parentPath)/\(name)\(Self.partial)"
        let parent = try journaling("open the directory", file: parentPath) { () throws(Errno) in
            try Files.openDirectory(parentPath)
        }
        let names = try journaling("list the directory", file: parentPath) { () throws(Errno) in
            try Files.list(parent)
        }
        for taken in [name, name + Self.partial] where names.contains(taken) {
            throw JournalError(
                .inputOutput, file: "\(parentPath)/\(taken)",
                reason: "it exists already; name a directory that does not, or move this one away")
        }
        directory = try journaling("make the directory", file: partialPath) { () throws(Errno) in
            try Files.makeDirectory(partialPath)
            return try Files.openDirectory(partialPath)
        }
        self.parent = parent
        self.name = name
        self.path = trimmed
    }

    public mutating func put(
        _ segment: JournalSequence, _ bytes: UnsafeRawBufferPointer
    ) throws(JournalError) {
        try write(FileNames.segment(segment), bytes)
    }

    /// Keeps another file's bytes, such as a snapshot's.
    ///
    /// - Throws: ``JournalError``: `noSpace`, `permission`, `inputOutput`.
    public func put(_ name: String, _ bytes: [UInt8]) throws(JournalError) {
        var failure: JournalError?
        bytes.withUnsafeBytes { content in
            do throws(JournalError) { try write(name, content) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Writes the report beside the segments and gives the directory its name.
    ///
    /// - Throws: ``JournalError``: `noSpace`, `permission`, `inputOutput`.
    public func finish(report: [UInt8]) throws(JournalError) {
        try put("salvage-report.txt", report)
        try journaling("give the directory its name", file: path) { () throws(Errno) in
            try Files.syncDirectory(directory)
            try Files.rename(name + Self.partial, to: name, in: parent)
            try Files.syncDirectory(parent)
        }
    }

    private func write(_ name: String, _ bytes: UnsafeRawBufferPointer) throws(JournalError) {
        try journaling("write", file: name) { () throws(Errno) in
            let file = try Files.open(name, in: directory, access: .readWrite, presence: .emptied)
            try Files.pwrite(file, at: 0, bytes)
            try Files.fdatasync(file)
        }
    }
}
