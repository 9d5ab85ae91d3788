// Lets segments go, one by one from the oldest, after asking for each whether it may.

public import AlertModel
public import Journal
internal import LinuxIO

/// Where a journal's retention finds what it needs to know.
public struct RetentionSite: Sendable {
    /// The journal's directory.
    public let journal: String
    /// File of legal holds; see ``LegalHold/read(_:)``.
    public let holdsFile: String
    /// Directory of followers; see ``JournalFollower/readAll(_:)``.
    public let followersDirectory: String
    /// Where segments go before they are removed; nil to remove them only.
    public let archive: SegmentArchive?

    public init(journal: String, holdsFile: String, followersDirectory: String, archive: SegmentArchive?) {
        self.journal = journal
        self.holdsFile = holdsFile
        self.followersDirectory = followersDirectory
        self.archive = archive
    }
}

/// A segment that went.
public struct RetiredSegment: Sendable {
    public let facts: SegmentFacts
    /// Its place in the archive; nil when it was removed only.
    public let archived: SegmentArchive.Entry?
}

extension RetentionPolicy {
    /// Removes every segment that may go; archives it first where there is an archive.
    ///
    /// - Parameters:
    ///   - historyKnows: asked once, and only when a segment is due: makes the history durable and says whether it
    ///     knows everything up to a record that changed an alert.
    ///   - isStopping: asked between segments.
    ///   - retired: told of each segment after it went, for the record.
    /// - Returns: why the oldest segment left stays; nil when there is no closed one.
    /// - Throws: ``JournalError``; segments may have gone before it.
    public func apply(
        at site: RetentionSite, digests: JournalDigests, now: WallTime,
        historyKnows: (JournalSequence) throws(JournalError) -> Bool, isStopping: () -> Bool,
        retired: (RetiredSegment) -> Void
    ) throws(JournalError) -> RetentionVerdict? {
        var needs: RetentionNeeds?
        while !isStopping() {
            let segments = try JournalDirectory.segments(in: site.journal)
            guard let first = segments.first, first.following != nil, let newest = segments.last else {
                return nil
            }
            let bytes = try sizes(of: segments, in: site.journal)
            let facts = try facts(of: first, behind: segments[1], bytes: bytes.first ?? 0, site, digests)
            let newestCreated = try ClosedSegments.created(newest, in: site.journal, digests: digests)
            func verdict(_ needs: RetentionNeeds) -> RetentionVerdict {
                self.verdict(
                    on: facts, newestCreated: newestCreated, closedCount: segments.count - 1,
                    bytes: bytes.reduce(0, +), needs: needs, now: now)
            }
            // Only age and size first: most of the time nothing is due, and nobody needs to be asked.
            let nobody = RetentionNeeds(
                snapshotThrough: facts.last, historyThrough: facts.last, holds: [], followers: [])
            let early = verdict(nobody)
            guard early == .mayGo else { return early }
            if needs == nil { needs = try self.needs(at: site, digests, historyKnows) }
            let decided = verdict(needs ?? nobody)
            guard needs != nil, decided == .mayGo, let following = first.following else { return decided }
            let archived = try site.archive?.store(first, from: site.journal)
            try JournalDirectory.removeSegments(in: site.journal, before: following)
            retired(RetiredSegment(facts: facts, archived: archived))
        }
        return nil
    }

    private func needs(
        at site: RetentionSite, _ digests: JournalDigests,
        _ historyKnows: (JournalSequence) throws(JournalError) -> Bool
    ) throws(JournalError) -> RetentionNeeds {
        var needs = RetentionNeeds(
            snapshotThrough: .zero, historyThrough: .zero, holds: try LegalHold.read(site.holdsFile),
            followers: try JournalFollower.readAll(site.followersDirectory))
        guard let oldest = try oldestSnapshot(site, digests) else { return needs }
        needs.snapshotThrough = oldest.sequence
        if try historyKnows(oldest.lastAlertChange) { needs.historyThrough = oldest.sequence }
        return needs
    }

    /// The oldest of the snapshots that are kept, once all of them have proven whole and fit the journal.
    private func oldestSnapshot(
        _ site: RetentionSite, _ digests: JournalDigests
    ) throws(JournalError) -> SnapshotHeader? {
        let kept = try SnapshotFiles.list(in: site.journal).prefix(SnapshotFiles.keptCount)
        guard kept.count == SnapshotFiles.keptCount else { return nil }
        let segments = try JournalDirectory.segments(in: site.journal)
        var oldest: SnapshotHeader?
        for sequence in kept {
            do throws(SnapshotRefusal) {
                let snapshot = try SnapshotFiles.read(sequence, in: site.journal, digests: digests)
                try ClosedSegments.check(snapshot.header, against: segments, in: site.journal, digests: digests)
                oldest = snapshot.header
            } catch {
                return nil
            }
        }
        return oldest
    }

    private func facts(
        of segment: JournalDirectory.Segment, behind: JournalDirectory.Segment, bytes: Int, _ site: RetentionSite,
        _ digests: JournalDigests
    ) throws(JournalError) -> SegmentFacts {
        SegmentFacts(
            segment: segment, last: JournalSequence(max(behind.first.value, 1) - 1),
            created: try ClosedSegments.created(segment, in: site.journal, digests: digests),
            closed: try ClosedSegments.created(behind, in: site.journal, digests: digests), bytes: bytes)
    }

    private func sizes(
        of segments: [JournalDirectory.Segment], in path: String
    ) throws(JournalError) -> [Int] {
        try journaling("look at the sizes", file: path) { () throws(Errno) in
            let directory = try Files.openDirectory(path)
            var sizes: [Int] = []
            for segment in segments {
                sizes.append(try Files.size(of: try Files.open(segment.name, in: directory, access: .readOnly)))
            }
            return sizes
        }
    }
}
