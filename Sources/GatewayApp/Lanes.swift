// Every ring of the daemon with its size and the reason for it, made once at the start.

import EventRing

/// The rings that join the agents. Sizes are in slots of 64 bytes.
struct Lanes {
    /// A full second of presses at ten times the design's rate (1,000/s), one slot each.
    static let urgentSlots = 16_384
    /// Two heartbeats of 20,000 units: what the dispatcher may lag before routine events are shed.
    static let routineSlots = 65_536
    /// Console commands are rare but carry notes (9 slots).
    static let commandSlots = 4_096
    /// Changes of the registry, of which an import may bring 200,000: room for some 200 at once, so that whoever
    /// brings them waits and presses do not.
    static let registrySlots = 1_024
    /// Between journal and dispatcher: 16 batches of 512 presses at 2 slots each.
    static let sequencedSlots = 16_384
    /// A stage notice to each of 20,000 units at once.
    static let answerSlots = 32_768
    /// An alert takes 6 slots; 10,000 changes wait while the feed agent is not run.
    static let feedSlots = 65_536
    /// Reports are log lines; beyond this they are counted, not kept.
    static let reportSlots = 8_192

    let urgent = RecordRing(capacitySlots: urgentSlots)
    let routine = RecordRing(capacitySlots: routineSlots)
    let commands = RecordRing(capacitySlots: commandSlots)
    let registry = RecordRing(capacitySlots: registrySlots)
    /// Consumer 0 is the journal, consumer 1 the dispatcher, who reads only what the journal released.
    let sequenced = RecordRing(capacitySlots: sequencedSlots, consumers: 2)
    let answers = RecordRing(capacitySlots: answerSlots)
    let feed = RecordRing(capacitySlots: feedSlots)
    let handshakeReports = RecordRing(capacitySlots: reportSlots)
    let sessionReports = RecordRing(capacitySlots: reportSlots)
}
