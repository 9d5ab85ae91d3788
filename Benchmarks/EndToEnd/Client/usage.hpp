// What a measurement cost: processor time of this client and of the server's processes, and flushes of the disk.
#pragma once
#include <cstdint>
#include <map>
#include <string>

/// A reading, or the difference of two.
struct Usage {
    int64_t clientNs = 0;
    /// By thread name, summed over the process given and all that descend from it.
    std::map<std::string, int64_t> serverNs;
    /// Flush requests the whole disk completed: a system that acknowledges what is durable needs some.
    int64_t flushes = 0;

    /// Reads the kernel's accounts; a few ms when the server is a thousand processes.
    static Usage now(int serverPID, const std::string& directory);
    Usage operator-(const Usage& earlier) const;
    int64_t serverTotalNs() const;
    /// Microseconds a thread and a press, the busiest threads first, as a JSON object.
    std::string threadsJSON(uint64_t presses) const;
};
