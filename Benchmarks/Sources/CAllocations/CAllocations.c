// The program's own malloc stands before the C library's for every library of the process, the Swift runtime among
// them. Each call is counted and handed on by glibc's other names for the same functions.
#include "CAllocations.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static atomic_ullong count;

static void counted(void) { atomic_fetch_add_explicit(&count, 1, memory_order_relaxed); }

uint64_t allocations_count(void) { return atomic_load_explicit(&count, memory_order_relaxed); }

void *malloc(size_t bytes) {
    counted();
    return __libc_malloc(bytes);
}

void *calloc(size_t items, size_t bytes) {
    counted();
    return __libc_calloc(items, bytes);
}

void *realloc(void *block, size_t bytes) {
    counted();
    return __libc_realloc(block, bytes);
}

void *memalign(size_t alignment, size_t bytes) {
    counted();
    return __libc_memalign(alignment, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes) { return memalign(alignment, bytes); }

int posix_memalign(void **block, size_t alignment, size_t bytes) {
    void *made = memalign(alignment, bytes);
    if (made == NULL) return ENOMEM;
    *block = made;
    return 0;
}
