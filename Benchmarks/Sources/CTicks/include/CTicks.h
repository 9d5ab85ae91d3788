// What a benchmark needs of the processor and has no Swift for.
#pragma once
#include <stdint.h>

// The processor's steady counter: about 10 ns to read, no system call.
uint64_t ticks_now(void);

// Counter steps in a nanosecond, measured once for 50 ms.
double ticks_in_nanosecond(void);

// Keeps the calling thread on one processor. Returns 0, or -1 when the machine has no such processor.
int ticks_pin_thread(int processor);
