// The ways in which Linux makes a block of a file durable, one call each, so that they can be compared.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum {
    WRITE_PATH_FDATASYNC = 0,         // pwrite, fdatasync
    WRITE_PATH_DSYNC = 1,             // open with O_DSYNC, pwrite
    WRITE_PATH_RWF_DSYNC = 2,         // pwritev2 with RWF_DSYNC
    WRITE_PATH_DIRECT_FDATASYNC = 3,  // open with O_DIRECT, pwrite, fdatasync
    WRITE_PATH_DIRECT_DSYNC = 4,      // open with O_DIRECT | O_DSYNC, pwrite
    WRITE_PATH_DIRECT_RWF_DSYNC = 5,  // open with O_DIRECT, pwritev2 with RWF_DSYNC
    WRITE_PATH_URING = 6,             // io_uring: write linked to fsync(datasync)
    WRITE_PATH_URING_DIRECT = 7,      // the same on O_DIRECT
    WRITE_PATH_URING_DIRECT_DSYNC = 8,  // io_uring: one write with RWF_DSYNC on O_DIRECT
    WRITE_PATH_URING_POLL = 9,        // 6 with a kernel thread that polls the queue
    WRITE_PATH_URING_DIRECT_DSYNC_POLL = 10,  // 8 with it
    WRITE_PATH_COUNT = 11,
};

struct write_path;

// Opens `file` for a kind. NULL with errno set when the kernel or the file system refuses.
struct write_path *write_path_open(const char *file, int kind);

// Writes `bytes` at `offset` and waits until they are durable. 0, or an errno.
int write_path_write(struct write_path *path, const void *memory, size_t bytes, uint64_t offset);

void write_path_close(struct write_path *path);
