// What goes through every queue: the event, its check sum, and iterators that make and take events in place.
//
// 64 bytes: 8 that say kind and length, as the event ring's record header does, and a body of 56. In pairs of words
// that are written and read alike: where a read spans two writes the processor waits for both, and the figure would
// be about that.
#pragma once
#include <cstddef>
#include <cstdint>
#include <iterator>

typedef uint64_t Pair __attribute__((vector_size(16)));

struct alignas(16) Event {
    static constexpr uint64_t tag = 1 | 56 << 16;
    Pair a, b, c, d;

    Event() = default;
    explicit Event(uint64_t number)
        : a{tag, number}, b{number + 1, number + 2}, c{number + 3, number + 4}, d{number + 5, number + 6} {}
};
static_assert(sizeof(Event) == 64);

// The sum of all words of all events taken.
struct Sum {
    Pair words{0, 0};
    inline void add(const Event &event) { words += event.a + event.b + event.c + event.d; }
    uint64_t total() const { return words[0] + words[1]; }

    // What events first ..< first + count must add up to.
    static uint64_t expected(uint64_t count) {
        return count * (Event::tag + 21) + 7 * (count % 2 == 0 ? count / 2 * (count - 1) : (count - 1) / 2 * count);
    }
};

// Makes events first, first + 1, … where a queue copies from a range: no second copy of each.
struct Source {
    using iterator_category = std::random_access_iterator_tag;
    using value_type = Event;
    using difference_type = ptrdiff_t;
    using pointer = const Event *;
    using reference = Event;

    uint64_t number;
    Event operator*() const { return Event(number); }
    Source &operator++() { ++number; return *this; }
    Source operator++(int) { return Source{number++}; }
    Source &operator--() { --number; return *this; }
    Source operator+(ptrdiff_t n) const { return Source{number + static_cast<uint64_t>(n)}; }
    Source &operator+=(ptrdiff_t n) { number += static_cast<uint64_t>(n); return *this; }
    ptrdiff_t operator-(Source other) const { return static_cast<ptrdiff_t>(number - other.number); }
    bool operator==(Source other) const { return number == other.number; }
    bool operator!=(Source other) const { return number != other.number; }
    bool operator<(Source other) const { return number < other.number; }
};

// Adds up events where a queue writes to a range.
struct Sink {
    using iterator_category = std::output_iterator_tag;
    using value_type = void;
    using difference_type = ptrdiff_t;
    using pointer = void;
    using reference = void;

    Sum *sum;
    Sink &operator*() { return *this; }
    Sink &operator=(const Event &event) { sum->add(event); return *this; }
    Sink &operator++() { return *this; }
    Sink operator++(int) { return *this; }
};
