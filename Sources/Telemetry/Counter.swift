// Every counter of the gateway, in one table. Names and numbers are permanent: dashboards hold them.

/// What is counted. The raw value is the counter's place in ``Counters``.
public enum Counter: Int, CaseIterable, Sendable {
    // Connections of units.
    case connectionsAccepted = 0
    case connectionsRefusedBacklog = 1
    case handshakesCompleted = 2
    case handshakesFailedNoCertificate = 3
    case handshakesFailedUntrusted = 4
    case handshakesFailedExpired = 5
    case handshakesFailedPurpose = 6
    case handshakesFailedNotTLS = 7
    case handshakesFailedVersion = 8
    case handshakesFailedALPN = 9
    case handshakesFailedIdentity = 10
    case handshakesFailedTimeout = 11
    case handshakesFailedPeerClosed = 12
    case handshakesFailedOther = 13
    case linksOpened = 14
    case linksClosedGoodbye = 15
    case linksClosedPeer = 16
    case linksClosedSilent = 17
    case linksClosedProtocol = 18
    case linksClosedReplaced = 19
    case linksClosedStopping = 20
    case linksClosedWriteStalled = 21
    case acceptErrors = 22
    case handshakesFailedRevoked = 23
    case linksClosedRevoked = 24
    case connectionsRefusedAddress = 25
    case linksClosedRedirected = 26
    case linksResumed = 27
    case handshakesQueued = 28
    case handshakesPressFirst = 29
    case connectionsRefusedWait = 30

    // Frames.
    case framesReceived = 32
    case framesSent = 33
    case framesSkippedUnknown = 34
    case framesRefusedOversized = 35
    case framesRefusedMalformed = 36
    case framesRefusedUnknownType = 37
    case framesRefusedVersion = 38
    case framesRefusedIdentity = 39
    case framesRefusedDeadline = 40
    case framesRefusedUnexpected = 41
    case pressesReceived = 42
    case heartbeatsReceived = 43
    case urgentLaneFull = 44
    case routineShed = 45
    case answersUndeliverable = 46
    case routineFlooded = 52

    // Journal.
    case journalRecords = 64
    case journalBytes = 65
    case journalSyncs = 66
    case journalSyncNanoseconds = 67
    case journalFailures = 68
    case journalSyncsSlow = 69
    case snapshotsWritten = 72
    case snapshotsRefused = 73
    case segmentsVerified = 74
    case segmentsRetired = 75
    case archivistFailures = 76

    // Dispatcher.
    case pressesStored = 80
    case pressesRepeated = 81
    case alertsRaised = 82
    case alertsClaimed = 83
    case alertsClosed = 84
    case commandsRefused = 85
    case eventsUndecodable = 86
    case timersFired = 87
    case escalations = 88
    case auditsFound = 89
    case unitCommands = 90
    case unitCommandsTimedOut = 91

    // Consoles.
    case consoleSignIns = 96
    case consoleSignInsRefused = 97
    case consoleStreamsOpened = 98
    case consoleStreamsResynced = 99
    case reportsDropped = 100
    case consoleConnectionsRefused = 101

    // The gateway itself.
    case clockSteps = 112
    case warningsRaised = 113
}
