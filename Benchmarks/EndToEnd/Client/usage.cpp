#include "usage.hpp"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <vector>

namespace {
std::vector<int> numbersIn(const std::string& directory) {
    std::vector<int> numbers;
    if (DIR* handle = opendir(directory.c_str())) {
        while (dirent* entry = readdir(handle))
            if (int number = atoi(entry->d_name)) numbers.push_back(number);
        closedir(handle);
    }
    return numbers;
}

std::string textOf(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

/// `root` and everything below it. Parents have smaller ids but after a wrap-around, which would lose a few.
std::set<int> family(int root) {
    std::set<int> members{root};
    auto all = numbersIn("/proc");
    std::sort(all.begin(), all.end());
    for (int process : all) {
        std::string stat = textOf("/proc/" + std::to_string(process) + "/stat");
        size_t place = stat.rfind(')');
        if (place == stat.npos || place + 4 > stat.size()) continue;
        if (members.count(atoi(stat.c_str() + place + 4))) members.insert(process);
    }
    return members;
}

/// The 16th number of the disk's `stat` counts its flushes.
int64_t flushesOf(const std::string& directory) {
    struct stat about;
    if (stat(directory.c_str(), &about) != 0) return 0;
    std::string device = "/sys/dev/block/" + std::to_string(major(about.st_dev)) + ":" + std::to_string(minor(about.st_dev));
    if (!textOf(device + "/partition").empty()) device += "/..";
    std::istringstream numbers(textOf(device + "/stat"));
    int64_t value = 0;
    for (int place = 0; place < 16; place++) numbers >> value;
    return value;
}
}  // namespace

Usage Usage::now(int serverPID, const std::string& directory) {
    Usage usage;
    usage.flushes = flushesOf(directory);
    if (serverPID > 0) {
        for (int process : family(serverPID)) {
            std::string tasks = "/proc/" + std::to_string(process) + "/task";
            for (int task : numbersIn(tasks)) {
                std::string place = tasks + "/" + std::to_string(task);
                std::string name = textOf(place + "/comm");
                while (!name.empty() && (name.back() == '\n' || isdigit(name.back()))) name.pop_back();
                usage.serverNs[name] += atoll(textOf(place + "/schedstat").c_str());
            }
        }
    }
    timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    usage.clientNs = used.tv_sec * 1'000'000'000LL + used.tv_nsec;
    return usage;
}

Usage Usage::operator-(const Usage& earlier) const {
    Usage difference = *this;
    difference.clientNs -= earlier.clientNs;
    difference.flushes -= earlier.flushes;
    for (auto& [name, ns] : earlier.serverNs) difference.serverNs[name] -= ns;
    return difference;
}

int64_t Usage::serverTotalNs() const {
    int64_t total = 0;
    for (auto& [name, ns] : serverNs) total += ns;
    return total;
}

std::string Usage::threadsJSON(uint64_t presses) const {
    std::vector<std::pair<int64_t, std::string>> busiest;
    for (auto& [name, ns] : serverNs) busiest.push_back({ns, name});
    std::sort(busiest.rbegin(), busiest.rend());
    if (busiest.size() > 8) busiest.resize(8);
    std::string text = "{";
    for (auto& [ns, name] : busiest) {
        if (ns <= 0 || presses == 0) continue;
        char entry[64];
        snprintf(entry, sizeof entry, "%s\"%.30s\":%.2f", text.size() > 1 ? "," : "", name.c_str(),
                 double(ns) / 1000 / double(presses));
        text += entry;
    }
    return text + "}";
}
