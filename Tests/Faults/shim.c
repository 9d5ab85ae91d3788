// A disk and a clock that misbehave on request: preloaded into sosgatewayd, driven from outside while it runs.
//
// FAULT_DIRECTORY names the journal's directory; calls on files elsewhere pass untouched. FAULT_CONTROL names a file of
// 32 words of 8 bytes, little-endian, mapped by this shim and by the test: words 0-15 tell the shim what to do, words
// 16-31 tell the test what was seen. faults.py has the same table. FAULT_LOG, when set, gets one line a call.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum {
    // Everything written stays in the page cache: no sync, no O_DSYNC, no O_DIRECT.
    NO_SYNC = 0,
    // errno of writes to segments, and how many pass before; the failing one leaves half its bytes behind.
    WRITE_ERRNO = 1, WRITES_LEFT = 2,
    // errno of syncs of segments (or of writes that are synced), and how many pass before.
    SYNC_ERRNO = 3, SYNCS_LEFT = 4,
    // Every sync of a segment takes this much longer.
    SYNC_DELAY_NS = 5,
    // Added to the wall clock.
    WALL_OFFSET_NS = 6,
    // What was seen: writes and syncs of segments, how many failed by request, and what came after the first failure.
    SEEN_WRITES = 16, SEEN_SYNCS = 17, FAILED = 18, WRITES_AFTER = 19, SYNCS_AFTER = 20,
    // Syncs that were left out, and flags that were taken off.
    SYNCS_SKIPPED = 21, FLAGS_STRIPPED = 22,
    WORDS = 32,
};

static _Atomic int64_t idle[WORDS];
static _Atomic int64_t *control = idle;
static char directory[PATH_MAX];
static int log_fd = -1;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
// Looked up once each; the constructor's thread is alone.
static __typeof__(&pwrite64) real_pwrite;
static __typeof__(&write) real_write;
static __typeof__(&pwritev64) real_pwritev;
static __typeof__(&pwritev64v2) real_pwritev2;
static __typeof__(&fsync) real_fsync;
static __typeof__(&fdatasync) real_fdatasync;
static __typeof__(&sync_file_range) real_sync_file_range;
static __typeof__(&open64) real_open;
static __typeof__(&openat64) real_openat;
static __typeof__(&clock_gettime) real_clock_gettime;
static __typeof__(&fcntl64) real_fcntl;

__attribute__((constructor)) static void begin(void) {
    real_pwrite = REAL(pwrite64);
    real_write = REAL(write);
    real_pwritev = REAL(pwritev64);
    real_pwritev2 = REAL(pwritev64v2);
    real_fsync = REAL(fsync);
    real_fdatasync = REAL(fdatasync);
    real_sync_file_range = REAL(sync_file_range);
    real_open = REAL(open64);
    real_openat = REAL(openat64);
    real_clock_gettime = REAL(clock_gettime);
    real_fcntl = REAL(fcntl64);
    const char *named = getenv("FAULT_DIRECTORY"), *words = getenv("FAULT_CONTROL"), *log = getenv("FAULT_LOG");
    if (named) snprintf(directory, sizeof directory, "%s", named);
    if (log) log_fd = real_open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int fd = words ? real_open(words, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0) return;
    void *mapped = mmap(NULL, WORDS * sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (mapped != MAP_FAILED) control = mapped;
    close(fd);
}

static void note(const char *call, const char *path, int64_t bytes, int result) {
    if (log_fd < 0) return;
    char line[PATH_MAX + 100];
    int length = snprintf(line, sizeof line, "%s %s %lld %d\n", call, path, (long long)bytes, result);
    if (length > 0 && real_write(log_fd, line, (size_t)length) < 0) return;
}

// Where a descriptor leads, now: a segment is written under its last name, not under the one it was made with.
enum place { ELSEWHERE, IN_DIRECTORY, SEGMENT };

static enum place classify(const char *path) {
    size_t length = strlen(directory);
    if (length == 0 || strncmp(path, directory, length) != 0) return ELSEWHERE;
    if (path[length] != '\0' && path[length] != '/') return ELSEWHERE;
    return strncmp(path + length, "/journal-", 9) == 0 ? SEGMENT : IN_DIRECTORY;
}

static enum place place_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = directory[0] ? readlink(link, path, PATH_MAX - 1) : -1;
    if (length < 0) return ELSEWHERE;
    path[length] = '\0';
    return classify(path);
}

static int64_t word(int index) { return atomic_load(&control[index]); }
static void count(int index) { atomic_fetch_add(&control[index], 1); }

// Whether this call is the one that fails. The next ones succeed, as kernels do it: who tries again learns nothing.
static int fails(int error, int left) {
    if (word(error) == 0) return 0;
    return atomic_fetch_sub(&control[left], 1) == 0;
}

static void wait_for_disk(void) {
    int64_t delay = word(SYNC_DELAY_NS);
    if (delay <= 0) return;
    struct timespec left = {delay / 1000000000, delay % 1000000000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {}
}

static int is_synced(int fd, int flags) {
    int open_flags = real_fcntl(fd, F_GETFL);
    return (flags & (RWF_DSYNC | RWF_SYNC)) != 0 || (open_flags >= 0 && (open_flags & O_DSYNC) != 0);
}

// Counts a write to a segment; the errno to answer with, or 0.
static int judge_write(int fd, int flags, const char *path, int64_t bytes) {
    if (word(FAILED) > 0) count(WRITES_AFTER);
    count(SEEN_WRITES);
    int error = fails(WRITE_ERRNO, WRITES_LEFT) ? (int)word(WRITE_ERRNO) : 0;
    if (!error && is_synced(fd, flags)) {
        count(SEEN_SYNCS);
        wait_for_disk();
        if (fails(SYNC_ERRNO, SYNCS_LEFT)) error = (int)word(SYNC_ERRNO);
    }
    if (error) count(FAILED);
    note("write", path, bytes, error);
    return error;
}

// Half a batch, in whole blocks of any disk, is there when a write has failed; a batch of one block is not.
static void write_half(int fd, const void *bytes, size_t size, off64_t offset) {
    size_t half = size / 2 & ~(size_t)4095;
    if (half > 0 && real_pwrite(fd, bytes, half, offset) < 0) return;
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset) {
    char path[PATH_MAX];
    if (place_of(fd, path) != SEGMENT) return real_pwrite(fd, bytes, size, offset);
    int error = judge_write(fd, 0, path, (int64_t)size);
    if (!error) return real_pwrite(fd, bytes, size, offset);
    write_half(fd, bytes, size, offset);
    errno = error;
    return -1;
}
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset) { return pwrite64(fd, bytes, size, offset); }

static int64_t total(const struct iovec *parts, int number) {
    int64_t sum = 0;
    for (int index = 0; index < number; index++) sum += (int64_t)parts[index].iov_len;
    return sum;
}

ssize_t pwritev64v2(int fd, const struct iovec *parts, int number, off64_t offset, int flags) {
    char path[PATH_MAX];
    enum place place = place_of(fd, path);
    if (place != ELSEWHERE && word(NO_SYNC) && (flags & (RWF_DSYNC | RWF_SYNC))) {
        flags &= ~(RWF_DSYNC | RWF_SYNC);
        count(FLAGS_STRIPPED);
    }
    int error = place == SEGMENT ? judge_write(fd, flags, path, total(parts, number)) : 0;
    if (!error) return real_pwritev2(fd, parts, number, offset, flags);
    if (number > 0) write_half(fd, parts[0].iov_base, parts[0].iov_len, offset);
    errno = error;
    return -1;
}
ssize_t pwritev2(int fd, const struct iovec *parts, int number, off_t offset, int flags) {
    return pwritev64v2(fd, parts, number, offset, flags);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int number, off64_t offset) {
    char path[PATH_MAX];
    int error = place_of(fd, path) == SEGMENT ? judge_write(fd, 0, path, total(parts, number)) : 0;
    if (!error) return real_pwritev(fd, parts, number, offset);
    errno = error;
    return -1;
}
ssize_t pwritev(int fd, const struct iovec *parts, int number, off_t offset) {
    return pwritev64(fd, parts, number, offset);
}

ssize_t write(int fd, const void *bytes, size_t size) {
    char path[PATH_MAX];
    // Sockets, pipes and the log come here, too: they are not worth a look at their path.
    int error = directory[0] && real_fcntl && place_of(fd, path) == SEGMENT ? judge_write(fd, 0, path, (int64_t)size) : 0;
    if (!error) return real_write ? real_write(fd, bytes, size) : REAL(write)(fd, bytes, size);
    errno = error;
    return -1;
}

static int judge_sync(int fd, const char *call, int (*real)(int)) {
    char path[PATH_MAX];
    enum place place = place_of(fd, path);
    if (place == ELSEWHERE) return real(fd);
    if (word(NO_SYNC)) {
        count(SYNCS_SKIPPED);
        note(call, path, 0, 0);
        return 0;
    }
    if (place != SEGMENT) return real(fd);
    if (word(FAILED) > 0) count(SYNCS_AFTER);
    count(SEEN_SYNCS);
    wait_for_disk();
    int error = fails(SYNC_ERRNO, SYNCS_LEFT) ? (int)word(SYNC_ERRNO) : 0;
    if (error) count(FAILED);
    note(call, path, 0, error);
    if (!error) return real(fd);
    errno = error;
    return -1;
}
int fsync(int fd) { return judge_sync(fd, "fsync", real_fsync); }
int fdatasync(int fd) { return judge_sync(fd, "fdatasync", real_fdatasync); }

int sync_file_range(int fd, off64_t offset, off64_t bytes, unsigned flags) {
    char path[PATH_MAX];
    if (place_of(fd, path) == ELSEWHERE || !word(NO_SYNC)) return real_sync_file_range(fd, offset, bytes, flags);
    count(SYNCS_SKIPPED);
    return 0;
}

// Takes off what makes writes durable or goes around the page cache, for files of the directory.
static int stripped(const char *path, int flags) {
    int kept = flags & ~(O_SYNC | O_DSYNC | O_DIRECT);
    if (kept == flags || !word(NO_SYNC) || classify(path) == ELSEWHERE) return flags;
    count(FLAGS_STRIPPED);
    return kept;
}

int openat64(int parent, const char *name, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = va_arg(more, mode_t);
    va_end(more);
    char path[2 * PATH_MAX];
    path[0] = '\0';
    if (name[0] != '/' && parent != AT_FDCWD) {
        place_of(parent, path);
        strcat(path, "/");
    }
    strncat(path, name, PATH_MAX - 1);
    return real_openat(parent, name, stripped(path, flags), mode);
}
int openat(int parent, const char *name, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = va_arg(more, mode_t);
    va_end(more);
    return openat64(parent, name, flags, mode);
}
int open64(const char *name, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = va_arg(more, mode_t);
    va_end(more);
    return (real_open ? real_open : REAL(open64))(name, stripped(name, flags), mode);
}
int open(const char *name, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = va_arg(more, mode_t);
    va_end(more);
    return open64(name, flags, mode);
}

int fcntl64(int fd, int command, ...) {
    va_list more;
    va_start(more, command);
    void *argument = va_arg(more, void *);
    va_end(more);
    if (!real_fcntl) real_fcntl = REAL(fcntl64);
    char path[PATH_MAX];
    // O_DSYNC cannot be set this way, O_DIRECT can.
    if (command == F_SETFL && place_of(fd, path) != ELSEWHERE)
        argument = (void *)(intptr_t)stripped(path, (int)(intptr_t)argument);
    return real_fcntl(fd, command, argument);
}
int fcntl(int fd, int command, ...) {
    va_list more;
    va_start(more, command);
    void *argument = va_arg(more, void *);
    va_end(more);
    return fcntl64(fd, command, argument);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    if (!real_clock_gettime) real_clock_gettime = REAL(clock_gettime);
    int status = real_clock_gettime(clock, time);
    int64_t offset = word(WALL_OFFSET_NS);
    if (status != 0 || offset == 0 || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return status;
    int64_t shifted = (int64_t)time->tv_sec * 1000000000 + time->tv_nsec + offset;
    time->tv_sec = shifted / 1000000000;
    time->tv_nsec = shifted % 1000000000;
    return 0;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict result, void *restrict zone) {
    (void)zone;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    result->tv_sec = now.tv_sec;
    result->tv_usec = now.tv_nsec / 1000;
    return 0;
}
