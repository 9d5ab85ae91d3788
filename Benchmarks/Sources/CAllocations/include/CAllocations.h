// Counts every allocation of the program it is linked into, by taking malloc's place.
#pragma once
#include <stdint.h>

// Calls of malloc, calloc, realloc and the aligned forms since the program started, in all threads.
uint64_t allocations_count(void);
