// Every limit of the unit side in one value, each with the reason for its default.

internal import UnitProtocol

/// Limits of the handshake agent and the session agents. Times in the unit that the name says.
public struct UnitTransportLimits: Hashable, Sendable {
    /// Handshakes under way at once. Each holds about 40 KiB in OpenSSL: 20 MiB; more would only wait longer
    /// for the same processor. Others wait in the lobby. 1 to 1,048,576.
    public var handshakesMax = 512
    /// From accept to a whole ClientHello, and from there, or from a connection's turn, to a finished handshake: five round
    /// trips of a bad radio link of 2 s.
    public var handshakeDeadlineS: UInt32 = 10
    /// When all places are taken, a handshake that was let on longer ago than this makes room for one that waits: silent
    /// sockets cannot keep units out, and an honest handshake takes a few hundred milliseconds.
    public var handshakeGraceS: UInt32 = 2
    /// Connections that are not let on yet: silent ones, and units of a storm behind their ClientHello. Each is a descriptor
    /// and a few hundred bytes. 20,000 units and a fifth more; with all links a descriptor limit of 65,536 holds them.
    /// Others wait in the kernel's queue. 1 to 1,048,576.
    public var waitingMax = 24_576
    /// Of these, behind their ClientHello from one address: three quarters, as below.
    public var waitingPerAddressMax = 18_432
    /// From accept to a connection's turn. A unit gives up after 20 s, so work for one that waited longer would be lost, and
    /// a gateway that is busy with such never catches up.
    public var waitS: UInt32 = 15
    /// Times in 10 s that one address may have a press served first: more than a carrier's address has presses, and little
    /// enough, 40 ms of a processor, that an address that always claims one delays nobody.
    public var pressTurnsPerAddressMax = 64
    /// A connection that gets this descriptor or a higher one is closed, and accepting pauses: the rest belongs to the
    /// journal, the database and the consoles.
    public var descriptorsMax: Int32 = .max
    /// Handshakes under way from one address, an IPv4 address or an IPv6 network of 64 bits; others of it wait. And its
    /// connections without a ClientHello; more of those are closed. Three quarters of all places, so that a flood from one
    /// leaves the rest to others.
    public var handshakesPerAddressMax = 384
    /// Connections accepted in one turn, so that handshakes under way are not held up by a storm; 256 cost 3 ms. Fewer than
    /// come during the rest of a turn would fill the kernel's queue, where a press waits for a retransmission.
    public var acceptsPerTurnMax = 256
    /// Handshake steps in one turn: 16 of 0.5 ms are 8 ms until newcomers with a press, deadlines and a stop are seen again.
    public var handshakeStepsPerTurnMax = 16
    /// Without descriptors or memory, accepting pauses: existing links go on, and some will end.
    public var acceptPauseMs: UInt32 = 200

    /// Established connections of one session agent: 20,000 units with two paths would be two agents.
    /// 1 to 1,048,576.
    public var connectionsMax = 32_768
    /// From the end of the handshake to an accepted HELLO, as the protocol promises units.
    public var helloDeadlineS = UInt32(Limits.helloSecondsMax)
    /// Connections of one address before their HELLO: three seconds of all handshakes that one processor can do. A unit
    /// says HELLO at once, so honest ones are here for a round trip. Those behind it are not counted.
    public var waitingForHelloPerAddressMax = 2_048
    /// From the first byte of a frame to its last, as the protocol promises units: 16 KiB at 14 kbit/s.
    public var frameDeadlineS = UInt32(Limits.frameSecondsMax)
    /// Without any frame for so long the link counts as lost (EN 50136-1, DP4). The WELCOME asks for a
    /// heartbeat every third of it. At least 3.
    public var reportingTimeS: UInt16 = 90
    /// A unit that takes none of what we send for so long is cut; its stage lamps would be wrong anyway.
    public var writeStallS: UInt32 = 20
    /// After our last words, how long the unit may take to close before we do.
    public var lingerMs: UInt32 = 1_000
    /// So long after its last stored message a unit is not redirected: somebody stands before it and watches its lamps.
    public var drainRestMs: UInt32 = 2_000
    /// So long a unit that is to be redirected waits for an answer; then it takes its message along.
    public var drainAnswerMs: UInt32 = 10_000

    /// Frames taken from one connection in one turn, so that a flooding unit cannot keep the others waiting.
    public var framesPerTurnMax = 32
    /// Heartbeats and positions that wake the dispatcher. Fewer wait until it turns by itself, twice a second or with
    /// the next press: nobody acts on one at once, and a wake-up each would cost more than all the rest.
    public var routineBatch = 64
    /// Sockets served in one turn, after which answers are sent.
    public var socketsPerTurnMax = 256
    /// Connections that ended from outside cleared up in one turn: 16 of some 50 µs, so that a press waits a millisecond
    /// for them. 20,000 that drop at once are cleared up in a second or two.
    public var hangUpsPerTurnMax = 16
    /// Answers taken in one turn.
    public var answersPerTurnMax = 512
    /// Finished handshakes taken over in one turn.
    public var adoptionsPerTurnMax = 64
    /// Links judged again in one turn after trust changed: 0.04 ms, so that no press waits for it. 20,000 take 20 turns.
    public var linksJudgedPerTurnMax = 1_024
    /// Bytes waiting for one unit: three SDP of 16 KiB and all stages of many alerts.
    public var outboundBytesMax = 64 * 1_024

    public init() {}
}
