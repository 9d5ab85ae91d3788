// presses-client: loads one system with presses and measures its answers.
// usage: presses-client SYSTEM KEY=VALUE... -- PHASE...
//   SYSTEM  gateway, mqtt, redis, amqp, postgres or nats
//   KEY     port, console_port, units, pki, password, plain=1, queue, pid (the server's), directory (on its disk)
//   PHASE   throughput, latency, open, until-killed, stored, each with :name=number,...; or `await`, a line of input
// Prints a line of JSON a phase. Exit code 1: a failure, named on standard error.
#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>
#include <iostream>

#include "run.hpp"

namespace {
std::unique_ptr<Dialect> dialectOf(const Target& target) {
    if (target.system == "gateway") return makeGateway(target);
    if (target.system == "mqtt") return makeMQTT(target);
    if (target.system == "redis") return makeRedis(target);
    if (target.system == "amqp") return makeAMQP(target);
    if (target.system == "postgres") return makePostgres(target);
    if (target.system == "nats") return makeNATS(target);
    throw Failure("no system is called " + target.system);
}

Phase phaseOf(const std::string& text) {
    Phase phase;
    size_t place = text.find(':');
    phase.name = text.substr(0, place);
    while (place != text.npos) {
        size_t start = place + 1, equals = text.find('=', start);
        if (equals == text.npos) throw Failure("not name=number: " + text);
        place = text.find(',', equals);
        phase.numbers[text.substr(start, equals - start)] = atoll(text.c_str() + equals + 1);
    }
    return phase;
}

void measure(int count, char** words) {
    Target target;
    target.system = count > 1 ? words[1] : "";
    int serverPID = 0, place = 2;
    std::string directory = ".";
    for (; place < count && std::string(words[place]) != "--"; place++) {
        std::string word = words[place];
        size_t equals = word.find('=');
        std::string key = word.substr(0, equals), value = equals == word.npos ? "" : word.substr(equals + 1);
        if (key == "port") target.port = atoi(value.c_str());
        else if (key == "console_port") target.consolePort = atoi(value.c_str());
        else if (key == "units") target.units = uint32_t(atoi(value.c_str()));
        else if (key == "pki") target.pki = value;
        else if (key == "password") target.password = value;
        else if (key == "plain") target.plain = value == "1";
        else if (key == "queue") target.queueType = value;
        else if (key == "pid") serverPID = atoi(value.c_str());
        else if (key == "directory") directory = value;
        else throw Failure("unknown option " + word);
    }
    auto dialect = dialectOf(target);
    Run run(*dialect, target, serverPID, directory);
    dialect->prepare();
    run.connectUnits(target.units);
    for (place++; place < count; place++) {
        std::string line;
        if (std::string(words[place]) == "await") std::getline(std::cin, line);
        else run.run(phaseOf(words[place]));
    }
}
}  // namespace

int main(int count, char** words) {
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_TIMERSLACK, 1'000);  // ns: presses leave when they are due
    rlimit files{65'536, 65'536};
    setrlimit(RLIMIT_NOFILE, &files);
    try {
        measure(count, words);
    } catch (const std::exception& failure) {
        std::cerr << "presses-client: " << failure.what() << "\n";
        return 1;
    }
    return 0;
}
