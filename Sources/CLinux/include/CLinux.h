// Linux interfaces that Swift's Glibc module leaves out or offers only as macros; nothing else.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/types.h>

// accept4(2) with SOCK_NONBLOCK | SOCK_CLOEXEC. Returns the new descriptor, or -1 with errno set.
int clinux_accept(int listener, struct sockaddr *address, socklen_t *address_bytes);

// socket(2) with SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC.
int clinux_stream_socket(int family, int protocol);

// Names the calling thread; at most 15 bytes are shown by ps and top.
int clinux_name_thread(const char *name);

// Sets the calling thread's nice value (Linux keeps one for each thread). Returns 0, or -1 with errno set.
int clinux_set_thread_nice(int nice_value);

// Blocks every signal in the calling thread: the daemon's main thread alone takes signals, and a write to
// a closed socket reports EPIPE here instead of raising SIGPIPE.
int clinux_block_signals(void);

// Ignores SIGPIPE in the whole process.
void clinux_ignore_broken_pipe(void);

// Whether this processor computes CRC-32C by itself. 0 or 1.
int clinux_has_crc32c(void);

// Continues a CRC-32C (seed 0 begins one) by the processor's instruction. Only where clinux_has_crc32c() is 1.
uint32_t clinux_crc32c(uint32_t seed, const void *bytes, size_t count);

// O_DIRECT, which <fcntl.h> shows only with _GNU_SOURCE.
int clinux_direct_flag(void);

// pwritev2(2) of one piece with RWF_DSYNC: returns when what it wrote is on stable storage. Bytes written, or -1
// with errno set.
ssize_t clinux_pwrite_durably(int file, const void *bytes, size_t count, off_t offset);

// Tells the processor that a loop waits for another one: some tens of cycles on x86, nothing where it has none.
static inline void clinux_spin_hint(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb" ::: "memory");
#endif
}
