// The second question of recovery: is there anything behind that was written later?

import AlertModel

extension SegmentScanner {
    /// What was found behind an unreadable place.
    struct Evidence {
        let aftermath: RecoveryAftermath
        /// Where the finding stands.
        var offset: Int?

        init(_ aftermath: RecoveryAftermath, offset: Int? = nil) {
            self.aftermath = aftermath
            self.offset = offset
        }
    }

    /// Answers for the unreadable or empty place at `origin`.
    ///
    /// Costs one pass over the rest of the segment, at worst with one CRC every eight bytes.
    /// - Parameter batchStart: where the batch begins that `origin` is in.
    func look(behind origin: Int, batchStart: Int, place: RecoveryPlace) -> Evidence {
        if following != nil {
            // A segment is made when everything before it is durable and whole: what an earlier recovery kept
            // of a torn batch it made a whole one. Whether the next segment really begins where this one ends
            // is asked when it is opened.
            return Evidence(place == .free ? .resumes : .proven)
        }
        let contentEnd = bytes.endOfContent(from: origin)
        guard contentEnd > origin else { return Evidence(.nothing) }
        if let found = findBatch(from: origin, to: contentEnd) { return found }
        if let found = findRecord(from: origin, to: contentEnd) { return found }
        if place != .free, contentEnd > batchStart + JournalLimits.batchBytesCeiling {
            return Evidence(.beyondOneBatch, offset: contentEnd - 1)
        }
        return Evidence(.unproven, offset: contentEnd - 1)
    }

    private func readBatch(at offset: Int) -> BatchHeader.Reading {
        BatchHeader.read(bytes, at: offset, seed: seed, checksum: digests.checksum)
    }

    /// Looks for a whole batch header behind `origin`. Even one that begins with the expected sequence was
    /// written later: a torn batch was made whole before anything was written behind it.
    private func findBatch(from origin: Int, to contentEnd: Int) -> Evidence? {
        var offset = (origin + 1).roundedUp(to: header.batchAlignment)
        while offset < contentEnd {
            switch readBatch(at: offset) {
            case .readable(let found) where found.first >= expected:
                return Evidence(.proven, offset: offset)
            case .misplaced: return Evidence(.misplaced, offset: offset)
            default: offset += header.batchAlignment
            }
        }
        return nil
    }

    /// Looks for a whole record behind `origin` whose batch was written after the expected sequence was
    /// durable: proof even where that batch's own header is unreadable.
    private func findRecord(from origin: Int, to contentEnd: Int) -> Evidence? {
        var offset = (origin + 1).roundedUp(to: 8)
        let last = min(contentEnd, bytes.count - RecordHeader.bytes)
        // More records than this cannot lie between: each takes a header at least.
        let sequenceMax = expected.value &+ UInt64(bytes.count / RecordHeader.bytes)
        while offset <= last {
            let sequence = bytes.load(UInt64.self, at: offset + 8)
            if sequence > expected.value, sequence <= sequenceMax,
                case .readable(_, let durableThrough) = RecordHeader.read(
                    bytes, at: offset, end: bytes.count, seed: seed, checksum: digests.checksum),
                durableThrough >= expected
            {
                return Evidence(.proven, offset: offset)
            }
            offset += 8
        }
        return nil
    }
}
