// The columns of the table for queues in C++, measured as ring-bench measures the event ring.
//
// A program reads a column's name from its input and writes its figures in one line, until the input ends: so the
// table can let all programs take turns. It ends with 1 when what came out of a queue is not what went in.
//
// A queue has: static bool batches (has bulk calls), many (takes several producers); Queue(lanes, capacity);
//   size_t push(int lane, uint64_t first, size_t count)   appends up to count, returns how many had room
//   size_t take(size_t max, Sum &sum)                     takes about max at most, returns how many
#pragma once
#include <sched.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "event.hpp"

inline uint64_t nanoseconds() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

// Spins; gives the processor away now and then, should somebody else need it to make progress.
struct Pause {
    unsigned turns = 0;
    inline void once() { if ((++turns & 0xFFFF) == 0) sched_yield(); }
};

// Lets two threads through when both have come; any number of times.
struct Gate {
    std::atomic<int> arrivals{0};
    void pass() {
        int needed = arrivals.fetch_add(1) / 2 * 2 + 2;
        Pause pause;
        while (arrivals.load(std::memory_order_acquire) < needed) pause.once();
    }
};

inline void pin(int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    sched_setaffinity(0, sizeof set, &set);
}

template <class Body> void on_two_processors(Body body) {
    Gate gate;
    auto run = [&](int index) { pin(index); body(index, gate); };
    std::thread second(run, 1), first(run, 0);
    first.join();
    second.join();
}

inline void check(uint64_t sum, uint64_t expected, const char *column) {
    if (sum == expected) return;
    fprintf(stderr, "%s: what came out is not what went in\n", column);
    exit(1);
}

struct Stopwatch {
    uint64_t begins[2], ends[2];
    double span() const {
        return static_cast<double>(std::max(ends[0], ends[1]) - std::min(begins[0], begins[1]));
    }
};

template <class Queue> double one_thread(size_t events) {
    auto queue = std::make_unique<Queue>(1, 4096);
    Sum sum;
    Stopwatch watch;
    auto body = [&](int index, Gate &) {
        if (index == 1) return;
        uint64_t begin = nanoseconds();
        for (size_t number = 0; number < events; ++number) {
            queue->push(0, number, 1);
            queue->take(1, sum);
        }
        watch = {{begin, begin}, {nanoseconds(), begin}};
    };
    on_two_processors(body);
    check(sum.total(), Sum::expected(events), "one");
    return watch.span() / static_cast<double>(events);
}

template <class Queue> double pipe(size_t batch, size_t events) {
    auto queue = std::make_unique<Queue>(1, 4096);
    Stopwatch watch;
    Sum sum;
    on_two_processors([&](int index, Gate &gate) {
        Pause pause;
        Sum mine;
        gate.pass();
        watch.begins[index] = nanoseconds();
        for (size_t done = 0; done < events;) {
            size_t moved = index == 0 ? queue->push(0, done, std::min(batch, events - done)) : queue->take(64, mine);
            if (moved == 0) pause.once();
            done += moved;
        }
        watch.ends[index] = nanoseconds();
        if (index == 1) sum = mine;
    });
    check(sum.total(), Sum::expected(events), "pipe");
    return static_cast<double>(events) / watch.span() * 1000;
}

template <class Queue> double fill(size_t batch, size_t repeats) {
    const size_t each = 16'000;
    auto queue = std::make_unique<Queue>(2, 32'768);
    double total = 0;
    for (size_t repeat = 0; repeat < repeats; ++repeat) {
        Stopwatch watch;
        Sum sum;
        on_two_processors([&](int index, Gate &gate) {
            gate.pass();
            gate.pass();
            watch.begins[index] = nanoseconds();
            for (size_t done = 0; done < each;) done += queue->push(index, done, std::min(batch, each - done));
            watch.ends[index] = nanoseconds();
            gate.pass();
            if (index == 0) for (size_t taken = 0; taken < 2 * each;) taken += queue->take(1024, sum);
        });
        total += watch.span();
        check(sum.total(), 2 * Sum::expected(each), "fill");
    }
    return static_cast<double>(2 * each * repeats) / total * 1000;
}

template <class Queue> double drain_too(size_t batch, size_t events) {
    auto queue = std::make_unique<Queue>(2, 4096);
    Stopwatch watch;
    Sum sum;
    on_two_processors([&](int index, Gate &gate) {
        Pause pause;
        Sum mine;
        size_t sent = 0, taken = 0;
        gate.pass();
        watch.begins[index] = nanoseconds();
        while (sent < events || (index == 0 && taken < 2 * events)) {
            size_t moved = sent < events ? queue->push(index, sent, std::min(batch, events - sent)) : 0;
            sent += moved;
            if (index == 0) {
                size_t got = queue->take(2 * batch, mine);
                taken += got;
                moved += got;
            }
            if (moved == 0) pause.once();
        }
        watch.ends[index] = nanoseconds();
        if (index == 0) sum = mine;
    });
    check(sum.total(), 2 * Sum::expected(events), "drain");
    return static_cast<double>(2 * events) / watch.span() * 1000;
}

template <class Queue> std::vector<double> round_trip(size_t trips) {
    Queue there(1, 1024), back(1, 1024);
    std::vector<uint32_t> times(trips);
    uint64_t sums[2];
    on_two_processors([&](int index, Gate &gate) {
        Queue &out = index == 0 ? there : back, &in = index == 0 ? back : there;
        Pause pause;
        Sum mine;
        gate.pass();
        uint64_t last = nanoseconds();
        for (size_t trip = 0; trip < trips; ++trip) {
            if (index == 0) out.push(0, trip, 1);
            while (in.take(1, mine) == 0) pause.once();
            if (index == 1) out.push(0, trip, 1);
            if (index == 0) {
                uint64_t now = nanoseconds();
                times[trip] = static_cast<uint32_t>(now - last);
                last = now;
            }
        }
        sums[index] = mine.total();
    });
    check(sums[0], Sum::expected(trips), "trip");
    check(sums[1], Sum::expected(trips), "trip");
    std::sort(times.begin(), times.end());
    std::vector<double> figures;
    for (double part : {0.5, 0.99, 0.999})
        figures.push_back(times[static_cast<size_t>(static_cast<double>(trips - 1) * part)]);
    return figures;
}

// Answers columns until the input ends. A queue that cannot do a column answers with a minus.
template <class Queue> int serve() {
    for (std::string column; std::getline(std::cin, column);) {
        size_t space = column.find(' ');
        size_t batch = space == std::string::npos ? 1 : std::stoul(column.substr(space));
        std::string name = column.substr(0, space);
        bool possible = (batch == 1 || Queue::batches) && (Queue::many || (name != "fill" && name != "drain"));
        if (!possible) puts("-");
        else if (name == "one") printf("%.3f\n", one_thread<Queue>(2'000'000));
        else if (name == "pipe") printf("%.3f\n", pipe<Queue>(batch, 4'000'000));
        else if (name == "fill") printf("%.3f\n", fill<Queue>(batch, 20));
        else if (name == "drain") printf("%.3f\n", drain_too<Queue>(batch, 1'000'000));
        else if (name == "trip") {
            auto figures = round_trip<Queue>(200'000);
            printf("%.1f %.1f %.1f\n", figures[0], figures[1], figures[2]);
        } else return 64;
        fflush(stdout);
    }
    return 0;
}
