// DPDK rte_ring without its environment: in memory of our own. `dpdk sp`: one producer, one consumer, zero-copy;
// `dpdk mp`: several producers, one consumer; `dpdk hts`: several producers zero-copy, in its head-tail-sync mode.
#include <rte_ring.h>
#include <rte_ring_peek_zc.h>

#include "protocol.hpp"

template <unsigned flags, bool zero_copy, bool isMany> struct DPDKQueue {
    static constexpr bool batches = true, many = isMany;
    rte_ring *ring;

    DPDKQueue(size_t, size_t capacity) {
        auto count = static_cast<unsigned>(capacity);
        auto bytes = static_cast<size_t>(rte_ring_get_memsize_elem(sizeof(Event), count));
        ring = static_cast<rte_ring *>(aligned_alloc(128, (bytes + 127) / 128 * 128));
        if (ring == nullptr || rte_ring_init(ring, "bench", count, flags) != 0) exit(70);
    }
    DPDKQueue(const DPDKQueue &) = delete;
    ~DPDKQueue() { free(ring); }

    size_t push(int, uint64_t first, size_t count) {
        if constexpr (zero_copy) {
            rte_ring_zc_data place;
            unsigned n = rte_ring_enqueue_zc_burst_elem_start(
                ring, sizeof(Event), static_cast<unsigned>(count), &place, nullptr);
            if (n == 0) return 0;
            auto *events = static_cast<Event *>(place.ptr1), *rest = static_cast<Event *>(place.ptr2);
            for (unsigned i = 0; i < place.n1; ++i) events[i] = Event(first + i);
            for (unsigned i = place.n1; i < n; ++i) rest[i - place.n1] = Event(first + i);
            rte_ring_enqueue_zc_elem_finish(ring, n);
            return n;
        } else {
            Event events[64];
            for (size_t i = 0; i < count; ++i) events[i] = Event(first + i);
            return rte_ring_mp_enqueue_burst_elem(ring, events, sizeof(Event), static_cast<unsigned>(count), nullptr);
        }
    }

    size_t take(size_t max, Sum &sum) {
        rte_ring_zc_data place;
        unsigned n = rte_ring_dequeue_zc_burst_elem_start(
            ring, sizeof(Event), static_cast<unsigned>(max), &place, nullptr);
        if (n == 0) return 0;
        auto *events = static_cast<const Event *>(place.ptr1), *rest = static_cast<const Event *>(place.ptr2);
        for (unsigned i = 0; i < place.n1; ++i) sum.add(events[i]);
        for (unsigned i = place.n1; i < n; ++i) sum.add(rest[i - place.n1]);
        rte_ring_dequeue_zc_elem_finish(ring, n);
        return n;
    }
};

int main(int count, char **arguments) {
    std::string mode = count == 2 ? arguments[1] : "";
    if (mode == "sp") return serve<DPDKQueue<RING_F_SP_ENQ | RING_F_SC_DEQ, true, false>>();
    if (mode == "mp") return serve<DPDKQueue<RING_F_SC_DEQ, false, true>>();
    if (mode == "hts") return serve<DPDKQueue<RING_F_MP_HTS_ENQ | RING_F_SC_DEQ, true, true>>();
    return 64;
}
