// The measurements. One thread and one epoll serve every unit and the console; each phase prints one line of JSON.
#pragma once
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "dialect.hpp"
#include "histogram.hpp"
#include "usage.hpp"

/// What to measure: a name and numbers, such as `throughput:units=100,seconds=5,warm_ms=1000`.
struct Phase {
    std::string name;
    std::map<std::string, int64_t> numbers;
    int64_t number(const std::string& key, int64_t otherwise) const;
};

/// All connections to one system, and what happens on them.
class Run : public Sink {
  public:
    Run(Dialect& dialect, const Target& target, int serverPID, std::string directory);

    /// Connects `count` units, one after the other.
    void connectUnits(uint32_t count);
    void run(const Phase& phase);

    void acknowledged(Link& link, uint32_t counter) override;
    void seen(uint32_t unit, uint32_t counter) override;
    bool hasAll() const override { return unseen == 0; }

  private:
    void throughput(const Phase& phase);
    void latency(const Phase& phase);
    void openLoop(const Phase& phase);
    void untilKilled(const Phase& phase);
    void stored();

    void press(Link& link, int64_t sentNs);
    void beat(int64_t now);
    void openConsole();
    void closeConsole();
    void watch(Link& link);
    void send(Link& link, std::string_view bytes);
    /// Serves sockets until `untilNs` of the monotonic clock, or until something arrived.
    void serve(int64_t untilNs);
    void drain();
    void clearMeasurements();
    void report(const Phase& phase, double seconds, const Usage& used, const std::string& more = "");

    Dialect& dialect;
    const Target& target;
    const int serverPID;
    const std::string directory;
    int epoll;
    std::vector<std::unique_ptr<Link>> units;
    std::unique_ptr<Link> consoleLink;
    std::string scratch;

    /// The phase under way.
    bool closedLoop = false, announced = false, mayEnd = false, recording = false;
    uint32_t ended = 0;
    uint64_t acknowledgements = 0;
    Histogram storedLatency, consoleLatency;
    /// The one press that latency phases have under way.
    uint32_t expectedCounter = 0;
    int64_t expectedSince = 0;
    bool isStored = false, isSeen = false;
    /// Beats: unconfirmed messages beside the measured ones.
    int64_t beatEveryNs = 0, nextBeat = 0;
    uint32_t nextBeatUnit = 1;
    uint64_t beatsSent = 0;

    /// Per unit, by counter: acknowledged over the run, and seen by the console or found stored.
    std::vector<std::vector<bool>> acknowledgedPresses, seenPresses;
    /// Presses acknowledged and not seen.
    uint64_t unseen = 0;
    std::mt19937_64 generator{20261121};
};
