// boost::lockfree::spsc_queue: one producer, one consumer. Events are made and read in place.
#include <boost/lockfree/spsc_queue.hpp>

#include "protocol.hpp"

struct BoostQueue {
    static constexpr bool batches = true, many = false;
    boost::lockfree::spsc_queue<Event> queue;

    BoostQueue(size_t, size_t capacity) : queue(capacity) {}

    size_t push(int, uint64_t first, size_t count) {
        if (count == 1) return queue.push(Event(first)) ? 1 : 0;
        // Returns where it stopped.
        return static_cast<size_t>(queue.push(Source{first}, Source{first + count}) - Source{first});
    }

    size_t take(size_t max, Sum &sum) {
        auto add = [&](const Event &event) { sum.add(event); };
        return max == 1 ? queue.consume_one(add) : queue.consume_all(add);
    }
};

int main() { return serve<BoostQueue>(); }
