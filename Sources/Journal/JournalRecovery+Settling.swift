// The end of a recovery: the last segment is made fit to be written to. The only part that changes the disk.

import AlertModel

extension JournalRecovery {
    /// Makes what was read durable and what was not taken zero, before anybody acts on either.
    func settle<Storage: JournalStorage & ~Copyable>(
        _ end: SegmentEnd, of name: JournalSequence, _ memory: UnsafeRawBufferPointer, _ seed: UInt32,
        on storage: inout Storage, _ found: inout Found
    ) throws(JournalError) {
        if let cut = end.cut {
            found.report.cut = RecoveryReport.Cut(
                file: storage.name(of: name), offset: cut.from, bytes: cut.to - cut.from, sequence: end.next,
                label: end.label)
            if cut.to > cut.from {
                try storage.setAside(
                    UnsafeRawBufferPointer(rebasing: memory[cut.from..<cut.to]), of: name, at: cut.from)
                try zero(from: end.offset, to: cut.to, segmentBytes: memory.count, on: &storage)
            }
        }
        // The last batch may never have been synced, or its sync may have failed, and yet be readable here
        // out of the kernel's memory. Written again it goes to the disk again, and the sync means it.
        if let last = end.last {
            let room = min(end.offset, memory.count) - last.start
            try rewrite(last, memory, seed, bytes: room, on: &storage, &found)
        }
    }

    /// Writes a batch as far as it was taken, up to where the next one goes. What is kept of a torn batch
    /// becomes a whole one, so that the chain has no gap: its header says how many records there are.
    private func rewrite<Storage: JournalStorage & ~Copyable>(
        _ last: TakenBatch, _ memory: UnsafeRawBufferPointer, _ seed: UInt32, bytes: Int,
        on storage: inout Storage, _ found: inout Found
    ) throws(JournalError) {
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: SegmentHeader.bytes)
        defer { piece.deallocate() }
        let taken = UnsafeRawBufferPointer(rebasing: memory[last.start..<last.end])
        _ = piece.initializeMemory(as: UInt8.self, repeating: 0)
        piece.copyMemory(from: taken)
        if !last.isWhole {
            found.chain = BatchHeader.seal(
                piece, batchBytes: taken.count, recordCount: last.records,
                durableThrough: last.header.durableThrough, offset: last.start, seed: seed,
                previous: last.previous, digests: digests)
        }
        try storage.writeDurably(UnsafeRawBufferPointer(piece), at: last.start)
    }

    /// Zeros the places of batches that were cut, durably.
    private func zero<Storage: JournalStorage & ~Copyable>(
        from start: Int, to end: Int, segmentBytes: Int, on storage: inout Storage
    ) throws(JournalError) {
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: SegmentHeader.bytes)
        defer { piece.deallocate() }
        _ = piece.initializeMemory(as: UInt8.self, repeating: 0)
        let end = min(end.roundedUp(to: SegmentHeader.bytes), segmentBytes)
        var offset = start
        while offset < end {
            let count = min(piece.count, end - offset)
            try storage.write(UnsafeRawBufferPointer(rebasing: piece[..<count]), at: offset)
            offset += count
        }
        try storage.sync()
    }
}
