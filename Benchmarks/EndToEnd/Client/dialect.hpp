// What each system under test speaks, as little of it as the benchmark needs, and what all of them are asked for.
#pragma once
#include <functional>
#include <memory>

#include "link.hpp"

/// Where and how to reach the system.
struct Target {
    std::string system;
    std::string host = "127.0.0.1";
    int port = 0;
    /// The gateway's HTTPS port.
    int consolePort = 0;
    bool plain = false;
    /// Directory of `ca.pem` and `units/`.
    std::string pki;
    /// The officer's password, for the gateway.
    std::string password;
    uint32_t units = 0;
    /// RabbitMQ: `quorum` or `classic`.
    std::string queueType = "quorum";
};

/// What arrives, told to whoever measures.
struct Sink {
    virtual ~Sink() = default;
    /// The system acknowledged a press: the one with this counter, or the oldest unacknowledged for 0.
    virtual void acknowledged(Link& link, uint32_t counter) = 0;
    /// The console, or the reader of what is stored, saw a press.
    virtual void seen(uint32_t unit, uint32_t counter) = 0;
    /// Everything that was acknowledged has been seen.
    virtual bool hasAll() const = 0;
};

/// One system's protocol. Calls that set up block; the appending ones and `input` are what is measured.
class Dialect {
  public:
    virtual ~Dialect() = default;
    explicit Dialect(Target target);

    /// Makes the queue, table or stream. Called once, before units connect.
    virtual void prepare() {}
    /// Connects and greets as a unit.
    virtual std::unique_ptr<Link> unit(uint32_t unit) = 0;
    /// Connects the console: presses stored from now on are `seen`.
    virtual std::unique_ptr<Link> console() = 0;
    /// Reads everything that is stored, or, where reading takes it away, all that is left; blocks.
    virtual void readStored(Sink& sink) = 0;
    /// One press. `announced`: the console listens (only PostgreSQL does something for it).
    virtual void appendPress(Link& link, std::string& out, bool announced) = 0;
    /// One message that nobody confirms: a heartbeat or what is nearest to it.
    virtual void appendBeat(Link& link, std::string& out) = 0;
    /// Handles whole messages in `link.arrived()` and consumes them.
    virtual void input(Link& link, Sink& sink) = 0;
    /// The system keeps presses only for somebody who subscribes: the console is there in every phase.
    virtual bool storesForSubscribersOnly() const { return false; }

  protected:
    /// Reads until nothing acknowledged is missing or nothing has come for 10 s.
    void readUntilSilent(Link& link, Sink& sink);
    /// A connection with TLS when the target has it.
    std::unique_ptr<Link> connect(uint32_t unit, const std::string& certificate = "", const char* alpn = nullptr);
    SSL_CTX* tls = nullptr;
    Target target;
};

/// A press as the peers carry it: 256 bytes of text that name the unit and the counter.
constexpr size_t pressBytes = 256;
void appendBody(uint32_t unit, uint32_t counter, std::string& out);
/// Finds a press's name in `text` and tells it. - Returns false when there is none.
bool tellBody(std::string_view text, Sink& sink);
/// Reads on until `done` says so; blocks.
void await(Link& link, const std::function<bool()>& done);

/// The number `text` begins with.
uint64_t numberAt(std::string_view text);
void append16(std::string& out, uint16_t value);
void append32(std::string& out, uint32_t value);
void append64(std::string& out, uint64_t value);
uint32_t read32(std::string_view bytes);
uint16_t read16(std::string_view bytes);

std::unique_ptr<Dialect> makeGateway(const Target&);
std::unique_ptr<Dialect> makeMQTT(const Target&);
std::unique_ptr<Dialect> makeRedis(const Target&);
std::unique_ptr<Dialect> makeAMQP(const Target&);
std::unique_ptr<Dialect> makePostgres(const Target&);
std::unique_ptr<Dialect> makeNATS(const Target&);
