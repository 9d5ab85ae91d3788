// The segments of a journal as files, for whoever keeps, copies or removes them. Needs no open journal and
// works beside one: the journal's thread only ever adds segments behind the others.

public import AlertModel
public import Journal
internal import LinuxIO

/// Segments in a directory, by name only: nothing here reads what is in them.
public enum JournalDirectory {
    /// One segment's file.
    public struct Segment: Hashable, Sendable {
        /// The file's name inside the directory.
        public let name: String
        /// The sequence of its first record, present or to come.
        public let first: JournalSequence
        /// The first sequence of the segment behind it; nil for the last, which the journal may be writing.
        public let following: JournalSequence?
    }

    /// All segments, in order.
    ///
    /// - Throws: ``JournalError``: `permission`, `inputOutput`; `damaged` for a segment's name that is none.
    public static func segments(in path: String) throws(JournalError) -> [Segment] {
        let directory = try journaling("open the directory", file: path) { () throws(Errno) in
            try Files.openDirectory(path)
        }
        let firsts = try segments(in: directory, path: path)
        return firsts.enumerated().map { index, first in
            Segment(
                name: FileNames.segment(first), first: first,
                following: index + 1 < firsts.count ? firsts[index + 1] : nil)
        }
    }

    /// Removes every segment that lies wholly before `sequence`, the oldest first, so that a crash in between
    /// leaves no hole. Never the last one. Durable when it returns.
    ///
    /// The journal can from then on only be opened with a snapshot that reaches the first segment left. That
    /// there is one, durable, and that nobody else needs the segments, is the caller's to know. May run on any
    /// thread while the journal is open; blocks as long as the file system takes to free the blocks.
    /// - Returns: how many were removed.
    /// - Throws: ``JournalError``: `permission`, `inputOutput`; some may be removed then.
    @discardableResult
    public static func removeSegments(in path: String, before sequence: JournalSequence) throws(JournalError)
        -> Int
    {
        let directory = try journaling("open the directory", file: path) { () throws(Errno) in
            try Files.openDirectory(path)
        }
        let firsts = try segments(in: directory, path: path)
        let count = zip(firsts, firsts.dropFirst()).prefix { $0.1 <= sequence }.count
        for first in firsts.prefix(count) {
            let name = FileNames.segment(first)
            try journaling("remove", file: name) { () throws(Errno) in try Files.unlink(name, in: directory) }
        }
        guard count > 0 else { return 0 }
        try journaling("sync the directory", file: path) { () throws(Errno) in
            try Files.syncDirectory(directory)
        }
        return count
    }

    /// First sequences of all segments, ascending.
    static func segments(
        in directory: borrowing Descriptor, path: String
    ) throws(JournalError) -> [JournalSequence] {
        var names: [String] = []
        do throws(Errno) {
            names = try Files.list(directory)
        } catch {
            throw JournalError(error, "list the directory", file: path)
        }
        var segments: [JournalSequence] = []
        for name in names where FileNames.isSegment(name) {
            guard let first = FileNames.first(of: name) else {
                throw JournalError(
                    .damaged(.headerMisfit), file: name, reason: "no segment has such a name: was it renamed?")
            }
            segments.append(first)
        }
        return segments.sorted()
    }
}
