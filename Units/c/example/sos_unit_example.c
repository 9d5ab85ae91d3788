/*
 * sos-unit-example: a whole unit on a POSIX system, over OpenSSL 3. It shows what a port has to bring: TLS 1.3 with
 * both certificates and ALPN, a clock, random numbers, slots in a file for what must survive, and a poll loop.
 */
#include "../sos_unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SLOTS 16U
#define BOOT_AT ((off_t)SLOTS * (off_t)SOS_RECORD_BYTES) /* behind the slots: the boot, big-endian */

static const char usage[] =
    "usage: sos-unit-example --connect HOST:PORT --cert FILE --key FILE --ca FILE --unit ID --store FILE\n"
    "                        [--press police|medical|fire|road|test] [--until stored|ringing|answered|dispatched|"
    "arrived|closed]\n"
    "                        [--path 0-3] [--timeout SECONDS] [--keylog FILE] [--hold]\n"
    "A unit over OpenSSL. Without --press it only delivers what the store holds. --hold stays online until the\n"
    "timeout. SIGUSR1 is a push of its button (police). --keylog writes the keys for Wireshark: never in the street.\n"
    "Exit: 0 the press (or everything in the store) reached --until, 1 not in time, 64 wrong usage, 69 no store or TLS.\n";

static const char *const categories[] = {"", "police", "medical", "fire", "road", "", "", "", "test"};
static const char *const stages[] = {"", "stored", "ringing", "answered", "dispatched", "arrived", "closed"};
static const char *const states[] = {"waiting", "connecting", "greeting", "online", "stopped"};

typedef struct {
    const char *host, *port, *cert, *key, *ca, *id, *store_path;
    uint8_t category, until, path;
    uint32_t timeout_s;
    bool hold;
} options;

typedef struct {
    options asked;
    SSL_CTX *tls;
    SSL *link;
    int socket, store;
    unsigned tries;
    bool tcp_done, has_pressed;
    short wants; /* what poll() is to wait for */
    int64_t clock_offset_ms;
    uint32_t boot, counter; /* of the press */
    uint64_t alert;
    uint8_t stage;
    sos_unit unit;
} example;

static FILE *keylog;
static volatile sig_atomic_t pushed; /* by SIGUSR1; a real button's interrupt does the same */

static void push(int signal_number) {
    (void)signal_number;
    pushed = 1;
}

static uint64_t read_clock(clockid_t which) {
    struct timespec now;
    (void)clock_gettime(which, &now);
    return (uint64_t)now.tv_sec * 1000U + (uint64_t)now.tv_nsec / 1000000U;
}

static uint64_t monotonic_ms(void *context) {
    (void)context;
    return read_clock(CLOCK_BOOTTIME);
}

static uint64_t clock_ms(void *context) {
    const example *e = context;
    return (uint64_t)((int64_t)read_clock(CLOCK_REALTIME) + e->clock_offset_ms);
}

static void set_clock(void *context, uint64_t ms) {
    example *e = context;
    e->clock_offset_ms = (int64_t)ms - (int64_t)read_clock(CLOCK_REALTIME);
}

static uint32_t random_bits(void *context) {
    uint32_t bits = 0;
    (void)context;
    (void)RAND_bytes((unsigned char *)&bits, sizeof bits);
    return bits;
}

/* --- the connection --- */

static void close_link(void *context, bool in_order) {
    example *e = context;
    if (e->link != NULL) {
        if (in_order) (void)SSL_shutdown(e->link);
        SSL_free(e->link);
    }
    if (e->socket >= 0) (void)close(e->socket);
    ERR_clear_error();
    e->link = NULL;
    e->socket = -1;
    e->tcp_done = false;
    e->wants = 0;
}

static void limit_unacknowledged(int socket, unsigned ms) {
    (void)setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof ms);
}

/* Looking a name up may block: a real unit does it in its own time. */
static bool open_socket(example *e, const char *host, const char *port) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    const int yes = 1;
    if (getaddrinfo(host, port, &hints, &found) != 0) return false;
    /* One address an attempt, in turn: whether it answers is only known later. */
    const struct addrinfo *one = found;
    for (unsigned step = 0; step < e->tries; step += 1) one = one->ai_next != NULL ? one->ai_next : found;
    e->tries += 1;
    e->socket = socket(one->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const bool begun = connect(e->socket, one->ai_addr, one->ai_addrlen) == 0 || errno == EINPROGRESS;
    freeaddrinfo(found);
    if (e->socket < 0 || !begun) return false;
    (void)setsockopt(e->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    limit_unacknowledged(e->socket, 20000);
    e->link = SSL_new(e->tls);
    if (e->link == NULL || SSL_set_fd(e->link, e->socket) != 1) return false;
    /* A hint for a gateway in a storm, which never selects it: this unit should be let on first. */
    static const unsigned char names[] = "\x0asos-unit/1\x10sos-unit/1;press";
    if (sos_unit_press_pending(&e->unit) && SSL_set_alpn_protos(e->link, names, sizeof names - 1) != 0) return false;
    /* The name or address that was dialled must stand in the gateway's certificate. */
    unsigned char address[16];
    const bool is_address = inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
    if (is_address) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(e->link), host) == 1;
    return SSL_set1_host(e->link, host) == 1 && SSL_set_tlsext_host_name(e->link, host) == 1;
}

static int32_t later(example *e, int status) {
    const int why = SSL_get_error(e->link, status);
    ERR_clear_error();
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) return SOS_IO_FAILED;
    e->wants = why == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN;
    return SOS_IO_AGAIN;
}

static int32_t connect_link(void *context, const char *host, uint16_t port) {
    example *e = context;
    char number[8];
    (void)snprintf(number, sizeof number, "%u", (unsigned)port);
    if (e->socket < 0 &&
        !open_socket(e, host == NULL ? e->asked.host : host, host == NULL ? e->asked.port : number)) {
        return SOS_IO_FAILED;
    }
    if (!e->tcp_done) {
        struct pollfd ready = {.fd = e->socket, .events = POLLOUT};
        int error = 0;
        socklen_t length = sizeof error;
        e->wants = POLLOUT;
        if (poll(&ready, 1, 0) == 0) return SOS_IO_AGAIN;
        if (getsockopt(e->socket, SOL_SOCKET, SO_ERROR, &error, &length) != 0 || error != 0) return SOS_IO_FAILED;
        e->tcp_done = true;
    }
    const int status = SSL_connect(e->link);
    if (status != 1) return later(e, status);
    const unsigned char *name = NULL;
    unsigned length = 0;
    SSL_get0_alpn_selected(e->link, &name, &length);
    e->wants = POLLIN;
    return length == 10 && memcmp(name, "sos-unit/1", 10) == 0 ? SOS_IO_READY : SOS_IO_FAILED;
}

static int32_t read_link(void *context, uint8_t *to, uint32_t capacity) {
    example *e = context;
    const int count = SSL_read(e->link, to, (int)capacity);
    e->wants = POLLIN;
    return count > 0 ? count : later(e, count);
}

static int32_t write_link(void *context, const uint8_t *from, uint32_t count) {
    example *e = context;
    const int written = SSL_write(e->link, from, (int)count);
    return written > 0 ? written : later(e, written);
}

static void log_keys(const SSL *link, const char *line) {
    (void)link;
    (void)fprintf(keylog, "%s\n", line);
    (void)fflush(keylog);
}

static bool set_up_tls(example *e) {
    static const unsigned char alpn[] = "\x0asos-unit/1";
    e->tls = SSL_CTX_new(TLS_client_method());
    if (e->tls == NULL) return false;
    SSL_CTX_set_verify(e->tls, SSL_VERIFY_PEER, NULL);
    (void)SSL_CTX_set_mode(e->tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (keylog != NULL) SSL_CTX_set_keylog_callback(e->tls, log_keys);
    return SSL_CTX_set_min_proto_version(e->tls, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_alpn_protos(e->tls, alpn, sizeof alpn - 1) == 0 &&
           SSL_CTX_load_verify_locations(e->tls, e->asked.ca, NULL) == 1 &&
           SSL_CTX_use_certificate_chain_file(e->tls, e->asked.cert) == 1 &&
           SSL_CTX_use_PrivateKey_file(e->tls, e->asked.key, SSL_FILETYPE_PEM) == 1;
}

/* --- what survives --- */

static bool write_store(const example *e, const void *bytes, size_t count, off_t at) {
    return pwrite(e->store, bytes, count, at) == (ssize_t)count && fdatasync(e->store) == 0;
}

static bool save(void *context, uint16_t slot, const uint8_t *record) {
    return write_store(context, record, SOS_RECORD_BYTES, (off_t)slot * (off_t)SOS_RECORD_BYTES);
}

static bool load(void *context, uint16_t slot, uint8_t *record) {
    const example *e = context;
    return pread(e->store, record, SOS_RECORD_BYTES, (off_t)slot * (off_t)SOS_RECORD_BYTES) == SOS_RECORD_BYTES;
}

static bool erase(void *context, uint16_t slot) {
    uint8_t nothing[SOS_RECORD_BYTES];
    memset(nothing, 0xFF, sizeof nothing);
    return save(context, slot, nothing);
}

/* One more than the last; kept before it is used. */
static bool raise_boot(example *e) {
    uint8_t bytes[4] = {0};
    e->store = open(e->asked.store_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (e->store < 0) return false;
    (void)pread(e->store, bytes, sizeof bytes, BOOT_AT);
    e->boot = (((uint32_t)bytes[0] << 24) | ((uint32_t)bytes[1] << 16) | ((uint32_t)bytes[2] << 8) | bytes[3]) + 1U;
    for (unsigned at = 0; at < 4; at += 1) bytes[at] = (uint8_t)((e->boot >> (24U - 8U * at)) & 0xFFU);
    return write_store(e, bytes, sizeof bytes, BOOT_AT);
}

/* --- what the unit is told --- */

static bool show_stage(void *context, const sos_stage *stage) {
    example *e = context;
    printf("stage %s alert %llu boot %u counter %u\n", stages[stage->stage], (unsigned long long)stage->alert,
           (unsigned)stage->boot, (unsigned)stage->counter);
    if (e->has_pressed && stage->boot == e->boot && stage->counter == e->counter) e->alert = stage->alert;
    if (e->alert != 0 && stage->alert == e->alert) e->stage = stage->stage;
    return true;
}

static void answered(void *context, uint8_t type, uint32_t boot, uint32_t counter) {
    (void)context;
    printf("%s boot %u counter %u\n", type == SOS_PRESS ? "stored" : "acknowledged", (unsigned)boot, (unsigned)counter);
}

static bool received(void *context, const sos_message *message) {
    example *e = context;
    if (message->type == SOS_WELCOME) limit_unacknowledged(e->socket, message->as.welcome.reporting_s * 1000U);
    if (message->type == SOS_UNABLE) {
        printf("unable %u about type %#04x byte %u: %.*s\n", message->as.unable.code, message->as.unable.type,
               message->as.unable.offset, (int)message->as.unable.text.length, message->as.unable.text.bytes);
    }
    return false;
}

static void state_changed(void *context, sos_state state) {
    (void)context;
    printf("%s\n", states[state]);
}

/* --- the program --- */

static uint8_t find(const char *const *names, size_t count, const char *name) {
    for (size_t at = 1; at < count; at += 1) {
        if (names[at][0] != '\0' && strcmp(names[at], name) == 0) return (uint8_t)at;
    }
    return 0;
}

static bool take_option(options *o, const char *name, char *value) {
    bool good = true;
    if (strcmp(name, "--connect") == 0) {
        char *colon = strrchr(value, ':');
        good = colon != NULL && colon != value;
        if (good) *colon = '\0';
        o->host = value;
        o->port = good ? colon + 1 : "";
        if (good && value[0] == '[' && colon[-1] == ']') { /* [::1]:7443 */
            colon[-1] = '\0';
            o->host = value + 1;
        }
    } else if (strcmp(name, "--cert") == 0) o->cert = value;
    else if (strcmp(name, "--key") == 0) o->key = value;
    else if (strcmp(name, "--ca") == 0) o->ca = value;
    else if (strcmp(name, "--unit") == 0) o->id = value;
    else if (strcmp(name, "--store") == 0) o->store_path = value;
    else if (strcmp(name, "--press") == 0) good = (o->category = find(categories, 9, value)) != 0;
    else if (strcmp(name, "--until") == 0) good = (o->until = find(stages, 7, value)) != 0;
    else if (strcmp(name, "--path") == 0) good = (o->path = (uint8_t)strtoul(value, NULL, 10)) <= 3;
    else if (strcmp(name, "--timeout") == 0) o->timeout_s = (uint32_t)strtoul(value, NULL, 10);
    else if (strcmp(name, "--keylog") == 0) good = (keylog = fopen(value, "a")) != NULL;
    else good = false;
    return good;
}

static bool take_options(options *o, int count, char **arguments) {
    bool good = true;
    o->until = SOS_STORED;
    o->timeout_s = 60;
    for (int at = 1; at < count && good; at += 1) {
        if (strcmp(arguments[at], "--hold") == 0) {
            o->hold = true;
        } else {
            good = at + 1 < count && take_option(o, arguments[at], arguments[at + 1]);
            at += 1;
        }
    }
    return good && o->host != NULL && o->cert != NULL && o->key != NULL && o->ca != NULL && o->id != NULL &&
           o->store_path != NULL;
}

static bool is_done(const example *e) {
    const bool all_stored = !sos_unit_press_pending(&e->unit);
    const bool far_enough = !e->has_pressed || e->asked.until == SOS_STORED || e->stage >= e->asked.until;
    return !e->asked.hold && all_stored && far_enough && (e->has_pressed || e->unit.state == SOS_ONLINE);
}

static int run(example *e) {
    const uint64_t end_ms = monotonic_ms(e) + (uint64_t)e->asked.timeout_s * 1000U;
    while (monotonic_ms(e) < end_ms) {
        if (pushed != 0) {
            pushed = 0;
            (void)sos_unit_press(&e->unit, SOS_POLICE, 0, NULL, NULL);
        }
        uint32_t wait_ms = sos_unit_step(&e->unit);
        if (is_done(e)) break;
        struct pollfd ready = {.fd = e->socket, .events = e->wants};
        if (sos_unit_wants_write(&e->unit)) ready.events |= POLLOUT;
        if (wait_ms > 1000U) wait_ms = 1000U;
        (void)fflush(stdout);
        (void)poll(&ready, e->socket < 0 ? 0 : 1, (int)wait_ms);
    }
    const int code = is_done(e) ? 0 : 1;
    sos_unit_stop(&e->unit, 1);
    return e->asked.hold && !sos_unit_press_pending(&e->unit) ? 0 : code;
}

int main(int count, char **arguments) {
    static example e;
    static sos_slot slots[SLOTS];
    static uint8_t receive[1200], send[512];
    e.socket = e.store = -1;
    (void)signal(SIGUSR1, push);
    (void)signal(SIGPIPE, SIG_IGN); /* a write to a dead connection is an error like others */
    if (!take_options(&e.asked, count, arguments)) {
        (void)fputs(usage, stderr);
        return 64;
    }
    if (!raise_boot(&e) || !set_up_tls(&e)) {
        perror(e.asked.store_path);
        ERR_print_errors_fp(stderr);
        return 69;
    }
    const sos_config config = {
        .platform = {&e, monotonic_ms, clock_ms, set_clock, random_bits, connect_link, read_link, write_link, close_link,
                     save, load, erase, NULL, show_stage, answered, received, state_changed},
        .unit_id = e.asked.id, .boot = e.boot, .firmware = 1, .capabilities = SOS_CAN_SHOW_STAGES,
        .path = e.asked.path, .slots = slots, .slot_count = SLOTS, .receive = receive,
        .receive_bytes = sizeof receive, .send = send, .send_bytes = sizeof send};
    if (sos_unit_init(&e.unit, &config) != SOS_DONE) {
        (void)fputs("sos-unit-example: the unit id or the store's boot is not good\n", stderr);
        return 64;
    }
    if (e.asked.category != 0) {
        const sos_result result = sos_unit_press(&e.unit, e.asked.category, 0, NULL, &e.counter);
        e.has_pressed = result == SOS_DONE || result == SOS_NOT_SAVED;
        printf("pressed boot %u counter %u%s\n", (unsigned)e.boot, (unsigned)e.counter,
               e.has_pressed ? "" : ": the store is full");
    }
    return run(&e);
}
