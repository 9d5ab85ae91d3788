// Latencies in logarithmic buckets: 64 to each doubling, so a percentile is at most 1.6 % too high. Nanoseconds.
#pragma once
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

/// Counts of latencies from 0 ns to 2^40 ns (18 minutes). Recording costs a few instructions and no allocation.
class Histogram {
  public:
    Histogram() : counts(bucketOf(valueMax) + 1, 0) {}

    void record(int64_t ns) {
        uint64_t value = ns < 0 ? 0 : uint64_t(ns);
        counts[bucketOf(value > valueMax ? valueMax : value)] += 1;
        total += 1;
    }

    uint64_t count() const { return total; }

    /// The filled buckets as JSON, `[[bucket, count], …]`, so that rounds can be added up by whoever reads them.
    std::string json() const {
        std::string text = "[";
        for (size_t bucket = 0; bucket < counts.size(); bucket++) {
            if (counts[bucket] == 0) continue;
            if (text.size() > 1) text += ",";
            text += "[" + std::to_string(bucket) + "," + std::to_string(counts[bucket]) + "]";
        }
        return text + "]";
    }

  private:
    static constexpr int subBits = 6;
    static constexpr uint64_t valueMax = uint64_t(1) << 40;

    /// Values below 128 have a bucket each; above, the top seven bits of the value name it.
    static size_t bucketOf(uint64_t value) {
        int width = std::bit_width(value);
        if (width <= subBits + 1) return value;
        int shift = width - subBits - 1;
        return (size_t(shift) << subBits) + (value >> shift);
    }

    std::vector<uint64_t> counts;
    uint64_t total = 0;
};
