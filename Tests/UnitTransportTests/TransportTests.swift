import Testing

/// Tests on real sockets. One after another: each turns its own transport as fast as it can, and the machine
/// has few processors.
@Suite("Transport", .serialized, .timeLimit(.minutes(2)))
enum TransportTests {}
