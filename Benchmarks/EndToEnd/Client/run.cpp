#include "run.hpp"

#include <sys/epoll.h>
#include <time.h>

#include <algorithm>
#include <cstring>
#include <iostream>

namespace {
int64_t monotonicNs() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

/// - Returns false when it was marked already.
bool mark(std::vector<std::vector<bool>>& table, uint32_t unit, uint32_t counter) {
    if (unit >= table.size()) table.resize(unit + 1);
    if (counter >= table[unit].size()) table[unit].resize(std::max<size_t>(counter + 1, table[unit].size() * 2));
    bool isNew = !table[unit][counter];
    table[unit][counter] = true;
    return isNew;
}

bool isMarked(const std::vector<std::vector<bool>>& table, uint32_t unit, uint32_t counter) {
    return unit < table.size() && counter < table[unit].size() && table[unit][counter];
}

uint64_t marks(const std::vector<std::vector<bool>>& table) {
    uint64_t count = 0;
    for (auto& unit : table) count += uint64_t(std::count(unit.begin(), unit.end(), true));
    return count;
}

constexpr int64_t second = 1'000'000'000;
constexpr int eventsMax = 256;
/// A press without an answer for so long is given up and counted.
constexpr int64_t patienceNs = 2 * second;
}  // namespace

int64_t Phase::number(const std::string& key, int64_t otherwise) const {
    auto found = numbers.find(key);
    return found == numbers.end() ? otherwise : found->second;
}

Run::Run(Dialect& dialect, const Target& target, int serverPID, std::string directory)
    : dialect(dialect), target(target), serverPID(serverPID), directory(std::move(directory)), epoll(epoll_create1(0)) {}

void Run::connectUnits(uint32_t count) {
    while (units.size() < count) {
        units.push_back(dialect.unit(uint32_t(units.size())));
        watch(*units.back());
    }
}

void Run::run(const Phase& phase) {
    clearMeasurements();
    if (phase.name == "throughput") return throughput(phase);
    if (phase.name == "latency") return latency(phase);
    if (phase.name == "open") return openLoop(phase);
    if (phase.name == "until-killed") return untilKilled(phase);
    if (phase.name == "stored") return stored();
    throw Failure("no phase is called " + phase.name);
}

// MARK: Phases

/// Each unit sends its next press when the one before is acknowledged.
void Run::throughput(const Phase& phase) {
    uint32_t count = uint32_t(phase.number("units", 100));
    if (dialect.storesForSubscribersOnly()) openConsole();
    closedLoop = true;
    int64_t start = monotonicNs() + phase.number("warm_ms", 1000) * 1'000'000;
    for (uint32_t unit = 0; unit < count; unit++) press(*units.at(unit), monotonicNs());
    while (monotonicNs() < start) serve(start);
    Usage before = Usage::now(serverPID, directory);
    start = monotonicNs();
    int64_t end = start + phase.number("seconds", 5) * second;
    recording = true;
    while (monotonicNs() < end) serve(end);
    recording = closedLoop = false;
    double seconds = double(monotonicNs() - start) / second;
    Usage used = Usage::now(serverPID, directory) - before;
    report(phase, seconds, used);
    drain();
}

/// One press at a time from unit 0, at random moments, while the console listens and others beat or are silent.
void Run::latency(const Phase& phase) {
    openConsole();
    announced = true;
    int64_t samples = phase.number("samples", 250), gap = phase.number("gap_ms", 20) * 1'000'000, missed = 0;
    int64_t beats = phase.number("beats", 0);
    int64_t start = monotonicNs(), next = start + second / 2, began = next;
    int64_t end = next + samples * gap * 3;
    if (beats > 0) beatEveryNs = second / beats;
    nextBeat = start;
    std::uniform_int_distribution<int64_t> gaps(gap / 2, gap * 3 / 2);
    Usage before = Usage::now(serverPID, directory);
    bool underWay = false;
    for (int64_t sent = 0; sent < samples || underWay;) {
        int64_t now = monotonicNs();
        beat(now);
        if (underWay && (isStored && isSeen)) underWay = false;
        if (underWay && now > expectedSince + patienceNs) {
            missed += 1;
            underWay = false;
        }
        if (!underWay && now > end) {  // too slow for its samples: what was not asked for counts as missed
            missed += samples - sent;
            break;
        }
        if (!underWay && now >= next && sent < samples) {
            isStored = isSeen = false;
            recording = underWay = true;
            expectedCounter = units.at(0)->counter + 1;
            expectedSince = monotonicNs();
            press(*units[0], expectedSince);
            next = expectedSince + gaps(generator);
            sent += 1;
        }
        int64_t until = underWay ? expectedSince + patienceNs : next;
        serve(beatEveryNs > 0 ? std::min(until, nextBeat) : until);
    }
    recording = false;
    double seconds = double(monotonicNs() - began) / second;
    Usage used = Usage::now(serverPID, directory) - before;
    double beatsPerS = double(beatsSent) * second / double(monotonicNs() - start);
    report(phase, seconds, used,
           ",\"missed\":" + std::to_string(missed) + ",\"beats_per_s\":" + std::to_string(int64_t(beatsPerS)));
    beatEveryNs = 0;
    closeConsole();
    drain();
}

/// Presses at a fixed rate whether answered or not; a latency counts from the moment the press was due.
void Run::openLoop(const Phase& phase) {
    if (dialect.storesForSubscribersOnly()) openConsole();
    uint32_t count = uint32_t(phase.number("units", 100));
    int64_t every = second / phase.number("rate", 1000);
    int64_t start = monotonicNs() + second / 10, window = start + second / 2;
    int64_t end = window + phase.number("seconds", 5) * second;
    Usage before = Usage::now(serverPID, directory);
    uint32_t unit = 0;
    for (int64_t due = start; due < end; due += every) {
        while (monotonicNs() < due) serve(due);
        recording = due >= window;
        press(*units.at(unit), due);
        unit = (unit + 1) % count;
    }
    int64_t patience = monotonicNs() + patienceNs;
    auto isWaiting = [&] {
        return std::any_of(units.begin(), units.end(), [](auto& link) { return !link->pending.empty(); });
    };
    while (isWaiting() && monotonicNs() < patience) serve(patience);
    recording = false;
    Usage used = Usage::now(serverPID, directory) - before;
    report(phase, double(end - window) / second, used);
    drain();
}

/// Closed loop until every connection has broken.
void Run::untilKilled(const Phase& phase) {
    uint32_t count = uint32_t(phase.number("units", 100));
    closedLoop = mayEnd = recording = true;
    std::cout << "{\"phase\":\"loading\"}" << std::endl;
    int64_t start = monotonicNs(), patience = start + 30 * second;
    for (uint32_t unit = 0; unit < count; unit++) press(*units.at(unit), monotonicNs());
    while (ended < units.size() && monotonicNs() < patience) serve(monotonicNs() + second / 10);
    closedLoop = mayEnd = recording = false;
    if (ended < units.size()) throw Failure("nobody killed the server");
    report(phase, double(monotonicNs() - start) / second, Usage());
    units.clear();
}

/// Compares what was acknowledged with what is there.
void Run::stored() {
    closeConsole();
    dialect.readStored(*this);
    std::cout << "{\"phase\":\"stored\",\"acknowledged\":" << marks(acknowledgedPresses)
              << ",\"stored\":" << marks(seenPresses) << ",\"lost\":" << unseen << "}" << std::endl;
}

// MARK: What arrives

void Run::acknowledged(Link& link, uint32_t counter) {
    int64_t now = monotonicNs();
    auto found = link.pending.begin();
    if (counter != 0) found = std::find_if(found, link.pending.end(), [&](auto& p) { return p.counter == counter; });
    if (found == link.pending.end()) return;
    Pending press_ = *found;
    link.pending.erase(found);
    if (mark(acknowledgedPresses, link.unit, press_.counter) && !isMarked(seenPresses, link.unit, press_.counter))
        unseen += 1;
    if (recording) {
        acknowledgements += 1;
        storedLatency.record(now - press_.sentNs);
    }
    if (link.unit == 0 && press_.counter == expectedCounter) isStored = true;
    if (closedLoop) press(link, now);
}

void Run::seen(uint32_t unit, uint32_t counter) {
    if (mark(seenPresses, unit, counter) && isMarked(acknowledgedPresses, unit, counter)) unseen -= 1;
    if (expectedCounter == 0 || unit != 0 || counter != expectedCounter || isSeen) return;
    isSeen = true;
    if (recording) consoleLatency.record(monotonicNs() - expectedSince);
}

// MARK: Connections

void Run::press(Link& link, int64_t sentNs) {
    link.counter += 1;
    link.pending.push_back({link.counter, sentNs});
    scratch.clear();
    dialect.appendPress(link, scratch, announced);
    send(link, scratch);
}

void Run::beat(int64_t now) {
    while (beatEveryNs > 0 && nextBeat <= now) {
        nextBeat += beatEveryNs;
        nextBeatUnit = nextBeatUnit + 1 < units.size() ? nextBeatUnit + 1 : 1;
        if (units.at(nextBeatUnit)->hasOutput()) continue;  // not taken any more: shed
        scratch.clear();
        dialect.appendBeat(*units.at(nextBeatUnit), scratch);
        send(*units[nextBeatUnit], scratch);
        beatsSent += 1;
    }
}

void Run::send(Link& link, std::string_view bytes) {
    try {
        link.write(bytes);
    } catch (const Ended&) {
        if (!mayEnd) throw;
        return;  // the read side will find the same
    }
    if (link.hasOutput()) watch(link);
}

void Run::watch(Link& link) {
    epoll_event event{};
    event.events = EPOLLIN | (link.hasOutput() ? uint32_t(EPOLLOUT) : 0);
    event.data.ptr = &link;
    if (epoll_ctl(epoll, EPOLL_CTL_MOD, link.descriptor(), &event) == 0) return;
    link.becomeNonBlocking();
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, link.descriptor(), &event) != 0)
        throw Failure(std::string("epoll: ") + strerror(errno));
}

void Run::openConsole() {
    if (consoleLink) return;
    consoleLink = dialect.console();
    watch(*consoleLink);
    dialect.input(*consoleLink, *this);
}

void Run::closeConsole() { consoleLink.reset(); }

void Run::serve(int64_t untilNs) {
    int64_t wait = std::max<int64_t>(0, untilNs - monotonicNs());
    timespec timeout{wait / second, wait % second};
    epoll_event events[eventsMax];
    int count = epoll_pwait2(epoll, events, eventsMax, &timeout, nullptr);
    for (int place = 0; place < count; place++) {
        Link& link = *static_cast<Link*>(events[place].data.ptr);
        try {
            if (events[place].events & EPOLLOUT) {
                link.flush();
                if (!link.hasOutput()) watch(link);
            }
            try {
                link.read();
            } catch (const Ended&) {
                dialect.input(link, *this);
                throw;
            }
            dialect.input(link, *this);
            link.compact();
        } catch (const Ended& end) {
            if (!mayEnd) throw;
            epoll_ctl(epoll, EPOLL_CTL_DEL, link.descriptor(), nullptr);
            ended += 1;
        }
    }
}

/// Lets answers that are still under way arrive.
void Run::drain() {
    announced = false;
    int64_t end = monotonicNs() + patienceNs;
    auto isWaiting = [&] {
        return std::any_of(units.begin(), units.end(), [](auto& link) { return !link->pending.empty(); });
    };
    while (isWaiting() && monotonicNs() < end) serve(end);
}

// MARK: Results

void Run::clearMeasurements() {
    acknowledgements = beatsSent = 0;
    expectedCounter = 0;
    storedLatency = Histogram();
    consoleLatency = Histogram();
}

void Run::report(const Phase& phase, double seconds, const Usage& used, const std::string& more) {
    char text[512];
    double presses = double(std::max<uint64_t>(acknowledgements, 1));
    snprintf(text, sizeof text,
             "\"seconds\":%.3f,\"acknowledged\":%llu,\"per_s\":%.1f,\"client_us\":%.2f,\"server_us\":%.2f,"
             "\"client_cores\":%.3f,\"server_cores\":%.3f,\"flushes_per_s\":%.1f",
             seconds, static_cast<unsigned long long>(acknowledgements), double(acknowledgements) / seconds,
             double(used.clientNs) / 1000 / presses, double(used.serverTotalNs()) / 1000 / presses,
             double(used.clientNs) / 1e9 / seconds, double(used.serverTotalNs()) / 1e9 / seconds,
             double(used.flushes) / seconds);
    std::cout << "{\"phase\":\"" << phase.name << "\"";
    for (auto& [key, value] : phase.numbers) std::cout << ",\"" << key << "\":" << value;
    std::cout << ",\"measured\":{" << text << more << "},\"threads_us\":" << used.threadsJSON(acknowledgements)
              << ",\"stored\":" << storedLatency.json() << ",\"console\":" << consoleLatency.json() << "}" << std::endl;
}
