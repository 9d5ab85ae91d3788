// Legal holds and followers: small text files that people and other programs write. What cannot be read for
// certain is an error, and then nothing is removed.

internal import AlertModel
public import Journal
internal import LinuxIO

extension LegalHold {
    /// Whether any of it may lie in the segment. Times reach a day further at both ends: clocks are set.
    func covers(_ facts: SegmentFacts) -> Bool {
        let dayNs: Int64 = 86_400_000_000_000
        switch extent {
        case .sequences(let range):
            return range.lowerBound <= facts.last.value && range.upperBound >= facts.segment.first.value
        case .times(let range):
            let from = range.lowerBound.subtractingReportingOverflow(dayNs)
            let to = range.upperBound.addingReportingOverflow(dayNs)
            return (from.overflow ? .min : from.partialValue) <= facts.closed.nanoseconds
                && (to.overflow ? .max : to.partialValue) >= facts.created.nanoseconds
        }
    }
}

extension LegalHold {
    /// Larger is no list of holds that a person keeps.
    private static let bytesMax = 1 << 20

    /// Reads a file of holds; no file, no holds. A line: `FROM TO REASON`, where both ends are sequences, or
    /// UTC dates `2026-11-21` or times `2026-11-21T17:00:00Z`, or `-` for an open end. `#` begins a comment.
    ///
    /// - Throws: ``JournalError`` `inputOutput` naming the line that is none.
    public static func read(_ path: String) throws(JournalError) -> [LegalHold] {
        guard let text = try SmallFile.text(path, bytesMax: bytesMax) else { return [] }
        do throws(LegalHoldTextError) {
            return try parse(text)
        } catch {
            throw JournalError(
                .inputOutput, file: path,
                reason: "line \(error.line) is no hold; allowed: FROM TO REASON, with "
                    + "sequences, dates such as 2026-11-21, times such as 2026-11-21T17:00:00Z, or - as ends")
        }
    }
}

extension JournalFollower {
    /// Reads every follower: in a directory one file each, with the last sequence it has as decimal digits.
    /// No directory, no followers.
    ///
    /// - Throws: ``JournalError`` `inputOutput` naming the file that holds no number.
    public static func readAll(_ path: String) throws(JournalError) -> [JournalFollower] {
        var names: [String] = []
        do throws(Errno) {
            names = try Files.list(try Files.openDirectory(path)).sorted()
        } catch {
            if error == .notFound { return [] }
            throw JournalError(error, "list the followers", file: path)
        }
        var followers: [JournalFollower] = []
        // A follower replaces its file by renaming a new one over it.
        for name in names where !name.hasSuffix(".new") {
            let text = try SmallFile.text("\(path)/\(name)", bytesMax: 64) ?? ""
            guard let value = sequence(in: text) else {
                throw JournalError(.inputOutput, file: "\(path)/\(name)", reason: "holds no sequence")
            }
            followers.append(JournalFollower(name: name, has: JournalSequence(value)))
        }
        return followers
    }
}

/// Text files of a few lines.
enum SmallFile {
    /// The file's text; nil when there is no file.
    static func text(_ path: String, bytesMax: Int) throws(JournalError) -> String? {
        let cut = path.lastIndex(of: "/")
        let parent = cut.map { String(path[..<$0]) } ?? "."
        let name = cut.map { String(path[path.index(after: $0)...]) } ?? path
        var bytes: [UInt8] = []
        do throws(Errno) {
            let file = try Files.open(name, in: try Files.openDirectory(parent), access: .readOnly)
            let size = try Files.size(of: file)
            guard size <= bytesMax else { throw .inputOutput }
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 8)
            defer { memory.deallocate() }
            bytes = Array(memory[..<(try Files.pread(file, at: 0, into: memory))])
        } catch {
            if error == .notFound { return nil }
            throw JournalError(error, "read", file: path)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw JournalError(.inputOutput, file: path, reason: "is not UTF-8 text")
        }
        return text
    }
}
