#define _GNU_SOURCE
#include "CLinux.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/uio.h>

int clinux_accept(int listener, struct sockaddr *address, socklen_t *address_bytes) {
    return accept4(listener, address, address_bytes, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int clinux_stream_socket(int family, int protocol) {
    return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
}

int clinux_name_thread(const char *name) { return pthread_setname_np(pthread_self(), name); }

int clinux_set_thread_nice(int nice_value) { return setpriority(PRIO_PROCESS, 0, nice_value); }

int clinux_block_signals(void) {
    sigset_t all;
    sigfillset(&all);
    return pthread_sigmask(SIG_BLOCK, &all, NULL);
}

void clinux_ignore_broken_pipe(void) { signal(SIGPIPE, SIG_IGN); }

int clinux_direct_flag(void) { return O_DIRECT; }

ssize_t clinux_pwrite_durably(int file, const void *bytes, size_t count, off_t offset) {
    struct iovec piece = {.iov_base = (void *)bytes, .iov_len = count};
    return pwritev2(file, &piece, 1, offset, RWF_DSYNC);
}
