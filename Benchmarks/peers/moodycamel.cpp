// moodycamel::ConcurrentQueue: many producers, each with its token; the consumer has one too.
#include <concurrentqueue/concurrentqueue.h>

#include "protocol.hpp"

struct Traits : moodycamel::ConcurrentQueueDefaultTraits {
    static const size_t BLOCK_SIZE = 64;
};

struct MoodycamelQueue {
    static constexpr bool batches = true, many = true;
    moodycamel::ConcurrentQueue<Event, Traits> queue;
    std::vector<moodycamel::ProducerToken> producers;
    moodycamel::ConsumerToken consumer;

    MoodycamelQueue(size_t lanes, size_t capacity) : queue(capacity + 2 * 64 * lanes, lanes, 0), consumer(queue) {
        producers.reserve(lanes);
        for (size_t lane = 0; lane < lanes; ++lane) producers.emplace_back(queue);
    }

    // One producer: the calls that never allocate. Two: those that may, because the first to come could otherwise
    // take all blocks for good, and the other would starve.
    size_t push(int lane, uint64_t first, size_t count) {
        auto &producer = producers[static_cast<size_t>(lane)];
        bool bounded = producers.size() == 1;
        bool done = count > 1 ? bounded ? queue.try_enqueue_bulk(producer, Source{first}, count)
                                        : queue.enqueue_bulk(producer, Source{first}, count)
                    : bounded ? queue.try_enqueue(producer, Event(first))
                              : queue.enqueue(producer, Event(first));
        return done ? count : 0;
    }

    size_t take(size_t max, Sum &sum) {
        if (max > 1) {
#ifdef FROM
            size_t n = 0;
            for (auto &p : producers) n += queue.try_dequeue_bulk_from_producer(p, Sink{&sum}, max / producers.size());
            return n;
#else
            return queue.try_dequeue_bulk(consumer, Sink{&sum}, max);
#endif
        }
        Event event;
        if (!queue.try_dequeue(consumer, event)) return 0;
        sum.add(event);
        return 1;
    }
};

int main() { return serve<MoodycamelQueue>(); }
