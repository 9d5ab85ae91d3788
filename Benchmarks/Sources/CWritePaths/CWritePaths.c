#define _GNU_SOURCE
#include "CWritePaths.h"

#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

struct write_path {
    int kind;
    int file;
    int has_ring;
    struct io_uring ring;
};

static int open_flags(int kind) {
    switch (kind) {
    case WRITE_PATH_DSYNC: return O_DSYNC;
    case WRITE_PATH_DIRECT_DSYNC: return O_DIRECT | O_DSYNC;
    case WRITE_PATH_DIRECT_FDATASYNC:
    case WRITE_PATH_DIRECT_RWF_DSYNC:
    case WRITE_PATH_URING_DIRECT:
    case WRITE_PATH_URING_DIRECT_DSYNC:
    case WRITE_PATH_URING_DIRECT_DSYNC_POLL: return O_DIRECT;
    default: return 0;
    }
}

struct write_path *write_path_open(const char *file, int kind) {
    struct write_path *path = calloc(1, sizeof *path);
    if (path == NULL) return NULL;
    path->kind = kind;
    path->file = open(file, O_RDWR | O_CLOEXEC | open_flags(kind));
    if (path->file < 0) {
        free(path);
        return NULL;
    }
    if (kind < WRITE_PATH_URING) return path;
    struct io_uring_params parameters = {0};
    if (kind == WRITE_PATH_URING_POLL || kind == WRITE_PATH_URING_DIRECT_DSYNC_POLL) {
        parameters.flags = IORING_SETUP_SQPOLL;
        parameters.sq_thread_idle = 20;
    }
    int status = io_uring_queue_init_params(8, &path->ring, &parameters);
    if (status < 0) {
        close(path->file);
        free(path);
        errno = -status;
        return NULL;
    }
    path->has_ring = 1;
    return path;
}

// Waits for `count` completions; each must have done all it was asked.
static int finish(struct write_path *path, int count, size_t bytes) {
    int failure = 0;
    for (int done = 0; done < count; done++) {
        struct io_uring_cqe *entry;
        int status = io_uring_wait_cqe(&path->ring, &entry);
        if (status < 0) return -status;
        if (entry->res < 0) failure = -entry->res;
        if (entry->user_data == 1 && entry->res >= 0 && (size_t)entry->res != bytes) failure = EIO;
        io_uring_cqe_seen(&path->ring, entry);
    }
    return failure;
}

static int write_by_ring(struct write_path *path, const void *memory, size_t bytes, uint64_t offset) {
    int is_one = path->kind == WRITE_PATH_URING_DIRECT_DSYNC || path->kind == WRITE_PATH_URING_DIRECT_DSYNC_POLL;
    struct io_uring_sqe *write_entry = io_uring_get_sqe(&path->ring);
    if (write_entry == NULL) return EBUSY;
    io_uring_prep_write(write_entry, path->file, memory, (unsigned)bytes, offset);
    write_entry->user_data = 1;
    if (is_one) {
        write_entry->rw_flags = RWF_DSYNC;
    } else {
        write_entry->flags |= IOSQE_IO_LINK;
        struct io_uring_sqe *sync_entry = io_uring_get_sqe(&path->ring);
        if (sync_entry == NULL) return EBUSY;
        io_uring_prep_fsync(sync_entry, path->file, IORING_FSYNC_DATASYNC);
        sync_entry->user_data = 2;
    }
    int count = is_one ? 1 : 2;
    int status = io_uring_submit_and_wait(&path->ring, (unsigned)count);
    if (status < 0) return -status;
    return finish(path, count, bytes);
}

int write_path_write(struct write_path *path, const void *memory, size_t bytes, uint64_t offset) {
    if (path->has_ring) return write_by_ring(path, memory, bytes, offset);
    ssize_t count;
    if (path->kind == WRITE_PATH_RWF_DSYNC || path->kind == WRITE_PATH_DIRECT_RWF_DSYNC) {
        struct iovec piece = {.iov_base = (void *)memory, .iov_len = bytes};
        count = pwritev2(path->file, &piece, 1, (off_t)offset, RWF_DSYNC);
    } else {
        count = pwrite(path->file, memory, bytes, (off_t)offset);
    }
    if (count < 0) return errno;
    if ((size_t)count != bytes) return EIO;
    if (path->kind == WRITE_PATH_FDATASYNC || path->kind == WRITE_PATH_DIRECT_FDATASYNC) {
        if (fdatasync(path->file) != 0) return errno;
    }
    return 0;
}

void write_path_close(struct write_path *path) {
    if (path->has_ring) io_uring_queue_exit(&path->ring);
    close(path->file);
    free(path);
}
