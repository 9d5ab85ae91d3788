import AlertModel
import Journal

extension SimulatedStorage: JournalSource {}

/// Where a test's salvaged journal goes.
struct SimulatedTarget: SalvageTarget {
    let disk = SimulatedDisk()

    func put(_ segment: JournalSequence, _ bytes: UnsafeRawBufferPointer) {
        disk.segments[segment.value] = SimulatedDisk.Segment(durable: Array(bytes), visible: Array(bytes))
    }
}

/// What a reader makes of a disk.
struct ReadJournal {
    var records: [Sample] = []
    var places: [JournalPlace] = []
    var findings: [JournalFinding] = []
    var verification = JournalVerification()

    init(_ disk: SimulatedDisk, from: UInt64 = 0, expecting anchors: [ChainAnchor] = []) throws(JournalError) {
        var source = SimulatedStorage(disk: disk)
        verification = JournalVerification(expected: anchors)
        var read = self
        try JournalReader(digests: testDigests()).read(&source, from: JournalSequence(from)) { reading in
            read.take(reading)
        }
        self = read
    }

    private mutating func take(_ reading: JournalReading) {
        verification.take(reading)
        switch reading {
        case .segment, .batch: break
        case .record(let record, let place):
            records.append(Sample(record))
            places.append(place)
        case .finding(let finding): findings.append(finding)
        }
    }
}

extension SimulatedDisk {
    /// A new journal from what reads here, but for some sequences.
    func salvaged(
        without left: Set<UInt64> = [], limits: JournalLimits = smallLimits()
    ) throws(JournalError) -> (disk: SimulatedDisk, gaps: [JournalGap]) {
        var source = SimulatedStorage(disk: self)
        var target = SimulatedTarget()
        let reader = JournalReader(digests: testDigests())
        var plan = JournalSalvagePlan()
        try reader.read(&source) { plan.take($0) }
        plan.finish()
        var start = SalvageStart(identity: JournalIdentity(high: 8, low: 2))
        // Without a snapshot that stands for it, a missing beginning is a gap.
        if left.isEmpty, plan.laterBeginning == nil, let end = plan.end {
            for name in plan.wholeSegments { target.disk.segments[name.value] = segments[name.value] }
            start = end
        }
        var salvage = try JournalSalvage(limits: limits, start: start, digests: testDigests())
        try reader.read(&source, from: start.last.next) { (reading) throws(JournalError) in
            guard case .record(let record, _) = reading, !left.contains(record.sequence.value) else { return }
            try salvage.append(record, to: &target)
        }
        try salvage.finish(to: &target)
        return (target.disk, salvage.gaps)
    }
}

extension Stage {
    /// Puts a salvaged journal in this one's place.
    mutating func salvage(without left: Set<UInt64>) throws {
        disk.segments = try disk.salvaged(without: left).disk.segments
        written.removeAll { left.contains($0.sequence) }
    }
}
