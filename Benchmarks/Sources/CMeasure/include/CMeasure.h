// What a benchmark needs of the machine and has no Swift for.
#pragma once
#include <stdint.h>

// CLOCK_MONOTONIC, as every peer reads it: about 20 ns to read, no system call.
uint64_t measure_nanoseconds(void);

// Keeps the calling thread on one processor. Returns 0, or -1 when the machine has no such processor.
int measure_pin_thread(int processor);
