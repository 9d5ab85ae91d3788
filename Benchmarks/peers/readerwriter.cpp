// moodycamel::ReaderWriterQueue: one producer, one consumer, no batches. Events are read in place.
#include <readerwriterqueue/readerwriterqueue.h>

#include "protocol.hpp"

struct ReaderWriterQueue {
    static constexpr bool batches = false, many = false;
    moodycamel::ReaderWriterQueue<Event> queue;

    ReaderWriterQueue(size_t, size_t capacity) : queue(capacity) {}

    size_t push(int, uint64_t first, size_t) { return queue.try_enqueue(Event(first)) ? 1 : 0; }

    size_t take(size_t max, Sum &sum) {
        size_t taken = 0;
        for (; taken < max; ++taken) {
            Event *event = queue.peek();
            if (event == nullptr) break;
            sum.add(*event);
            queue.pop();
        }
        return taken;
    }
};

int main() { return serve<ReaderWriterQueue>(); }
