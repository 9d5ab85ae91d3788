// What an administrator decides about the console API, and every limit that stands behind it.

/// Settings of the console API.
public struct ConsoleConfiguration: Hashable, Sendable {
    /// The address to listen on: an IP address or a name.
    public var host: String
    /// The TCP port; 0 lets the system choose, see ``ConsoleServer/boundPort()``.
    public var port: Int
    /// PEM file with the certificate and its chain.
    public var certificateFile: String
    /// PEM file with the private key.
    public var keyFile: String
    /// The directory of the web console's files; it must contain `index.html`.
    public var filesDirectory: String
    /// How long a sign-in lasts at most: one shift by default.
    public var sessionLifetime: Duration
    /// Everything that is bounded.
    public var limits: ConsoleLimits

    public init(
        host: String, port: Int, certificateFile: String, keyFile: String, filesDirectory: String,
        sessionLifetime: Duration = .seconds(12 * 3_600), limits: ConsoleLimits = ConsoleLimits()
    ) {
        self.host = host
        self.port = port
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.filesDirectory = filesDirectory
        self.sessionLifetime = sessionLifetime
        self.limits = limits
    }
}

/// The console API's limits. Each has a default that fits 200 consoles with room to spare.
public struct ConsoleLimits: Hashable, Sendable {
    /// Bytes of a request's body: the largest true one is a note, 500 bytes.
    public var bodyBytesMax = 64 * 1_024
    /// How long a request's body may take, however its bytes trickle.
    public var bodyWithin = Duration.seconds(10)
    /// Open TCP connections; a browser keeps up to six on HTTP/1.1, one on HTTP/2.
    public var connectionsMax = 2_000
    /// Of these, from one address: half, so that a flood from one leaves the rest to others. A centre of 150 officers
    /// behind one address has as many on HTTP/2, 900 on HTTP/1.1.
    public var connectionsPerAddressMax = 1_000
    /// How long a new connection may take for its TLS handshake and first request bytes.
    public var firstBytesWithin = Duration.seconds(10)
    /// How long a connection without a request stays open.
    public var connectionIdleMax = Duration.seconds(75)
    /// How long open requests may take to end when the gateway stops.
    public var drainWithin = Duration.seconds(5)

    /// How often a quiet event stream says that it lives; officers notice a loss within twice that.
    public var heartbeatEvery = Duration.seconds(10)

    /// How long a session lasts without a request or an open stream.
    public var sessionIdleMax = Duration.seconds(30 * 60)
    /// Sessions of one officer; the one longest unused makes room.
    public var sessionsPerOfficerMax = 10
    /// Sessions in memory; the one longest unused makes room.
    public var sessionsMax = 5_000
    /// How long a copy of an account is used before it is read again: so soon a right taken away is gone.
    public var accountFreshFor = Duration.seconds(10)

    /// Failed sign-ins in a row for a name from one address, before that name has to wait there. From elsewhere
    /// it need not: nobody can keep an officer out by failing in their name.
    public var failuresPerAccountMax = 5
    /// The same for a name from all addresses together: what stops guessing from very many.
    public var failuresPerNameMax = 100
    /// The same for a network address, behind which a whole centre may sit at the change of shifts.
    public var failuresPerPeerMax = 20
    /// The longest wait of a name at an address and of an address: long enough to make guessing hopeless.
    public var lockOutMax = Duration.seconds(60)
    /// The longest wait of a name everywhere: short, for the true officer waits with those who guess.
    public var nameLockOutMax = Duration.seconds(5)
    /// After so long without a failure the count starts anew.
    public var lockOutForgetAfter = Duration.seconds(15 * 60)
    /// Names, addresses and pairs of them counted at once; an attempt counts for three.
    public var lockOutRecordsMax = 30_000

    /// Password checks at once, each with 32 MiB and a core.
    public var passwordChecksParallelMax = 2
    /// Password checks under way or waiting: about 3 s of work.
    public var passwordChecksWaitingMax = 64

    /// Bytes of one file of the web console.
    public var fileBytesMax = 8 * 1_024 * 1_024
    /// Files of the web console, all kept in memory.
    public var filesMax = 1_000

    public init() {}
}
