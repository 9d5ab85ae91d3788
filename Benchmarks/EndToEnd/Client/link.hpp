// One connection of the client: a TCP socket with or without TLS, with what is waiting in each direction.
// Set up with blocking calls, measured without. Owned by the client's only thread.
#pragma once
#include <openssl/ssl.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// Something that ends the run: what happened, for people.
struct Failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The other end closed or reset the connection.
struct Ended : Failure {
    using Failure::Failure;
};

/// A press that was sent and not yet acknowledged.
struct Pending {
    uint32_t counter;
    int64_t sentNs;
};

/// One connection: a unit's or the console's.
class Link {
  public:
    Link(uint32_t unit, const std::string& host, int port);
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    /// Runs the TLS handshake, blocking. `certificate` is a path without its ending (`.pem`, `.key`), or empty.
    void startTLS(SSL_CTX* context, const std::string& certificate, const char* alpn);
    /// Blocking calls go on until the deadline of 30 s; for setting up only.
    void sendAll(std::string_view bytes);
    /// Waits for more bytes and appends them to `in`.
    void receiveMore();
    /// From here on `write` and `read` never wait.
    void becomeNonBlocking();

    /// Sends what it can now and keeps the rest; the caller watches for writability while `hasOutput()`.
    void write(std::string_view bytes);
    /// Sends more of what was kept.
    void flush();
    /// Appends all that has arrived to `in`. - Throws Ended.
    void read();

    bool hasOutput() const { return !out.empty(); }
    int descriptor() const { return fd; }
    /// Takes `count` bytes off the front of what arrived.
    void consume(size_t count) { inStart += count; }
    std::string_view arrived() const { return std::string_view(in).substr(inStart); }
    /// Gives the room of consumed bytes back.
    void compact();

    /// The unit, from 0; the console has `consoleUnit`.
    const uint32_t unit;
    static constexpr uint32_t consoleUnit = UINT32_MAX;
    /// The last press's number; the first is 1.
    uint32_t counter = 0;
    std::vector<Pending> pending;
    /// For the dialect: a packet id or delivery tag, and the tag of the command that is being answered.
    uint64_t tag = 0;
    char answering = 0;

  private:
    ssize_t tryWrite(std::string_view bytes);
    ssize_t tryRead();

    int fd = -1;
    SSL* ssl = nullptr;
    std::string in, out;
    size_t inStart = 0;
};
