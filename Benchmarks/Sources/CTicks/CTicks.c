#define _GNU_SOURCE
#include "CTicks.h"

#include <sched.h>
#include <time.h>

static uint64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#if defined(__x86_64__)
#include <x86intrin.h>
uint64_t ticks_now(void) { return __rdtsc(); }
#else
uint64_t ticks_now(void) { return nanoseconds(); }
#endif

double ticks_in_nanosecond(void) {
    uint64_t start = nanoseconds(), ticks = ticks_now(), now;
    do now = nanoseconds();
    while (now - start < 50000000u);
    return (double)(ticks_now() - ticks) / (double)(now - start);
}

int ticks_pin_thread(int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    return sched_setaffinity(0, sizeof set, &set);
}
