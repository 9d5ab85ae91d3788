// A reconnect storm: many units connect by mutual TLS 1.3, drop at once without a word, and come back as the unit protocol says;
// some have a press, and others that did not drop press all the while. Or, with hold=, what that many idle links cost.
// build: cc -O2 -o storm-units storm-units.c -lssl -lcrypto
// usage: storm-units PORT PID CA.pem CA.key gateway|mqtt [KEY=NUMBER …]
//   units=20000    that drop                          pressing=1     per cent of them press once in the first press_s seconds
//   standing=200   that stay and press                press_s=10
//   rate=100       presses a second of all these      tickets_s=300  waits so long for session tickets; 0: none are used
//   hold=0         seconds without a storm            late_s=120     gives up so long after the drop
// MQTT (3.1.1, QoS 1) has its PUBLISH for a press and PUBACK for stored. Each unit has an address of its own in 127/8. The
// standing units have a process of their own; the others as many as descriptors ask for, at nice 5: units' own cryptography
// is not the server's. One line of JSON on standard output.
#define _GNU_SOURCE
#include "units.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { WINDOW = 64, SAMPLES_MAX = 1 << 20, PENDING = 64, REST = 600, READY = 1024, OTHERS = 8 };
enum { GATHER, SETTLE, STORM, BACK, OVER };
enum { QUIET, DURING, RETURNING, CONNECTING, ONLINE_PRESS, KINDS };

static struct {
    int phase, online, gathered, tickets, resumed, attempts, refused, timeouts, pressed, stored, standing_lost, standing_down, lost_links;
    double dropped_s, back_s;
    int counts[KINDS];
    float samples[KINDS][SAMPLES_MAX];
} *shared;

static int units_all = 20000, pressing_percent = 1, standing = 200, press_s = 10, rate = 100, tickets_s = 300, hold_s, late_s = 120;
static int port, pid;
static bool is_mqtt;
static SSL_CTX *context;
static EVP_PKEY *keys;

struct unit {
    SSL *ssl;
    X509 *certificate;
    SSL_SESSION *ticket;
    int fd, number, rest_count, tries;
    enum { IDLE, TCP, SHAKING, GREETING, ONLINE } state;
    uint32_t counter;
    bool was_online, is_sent;
    double due, began, online_since, beat, press_at;
    double pending[PENDING];
    unsigned char rest[REST];
};
static struct unit *units;
static int units_here, epoll, underway, ready_here;

static int add(int *what, int by) { return __atomic_add_fetch(what, by, __ATOMIC_RELAXED); }
static int phase(void) { return __atomic_load_n(&shared->phase, __ATOMIC_ACQUIRE); }

static void sample(int kind, double seconds) {
    int at = add(&shared->counts[kind], 1) - 1;
    if (at < SAMPLES_MAX) shared->samples[kind][at] = seconds * 1e3;
}

static int keep(SSL *ssl, SSL_SESSION *session) {
    struct unit *unit = SSL_get_app_data(ssl);
    if (tickets_s == 0) return 0;
    if (unit->ticket) SSL_SESSION_free(unit->ticket); else add(&shared->tickets, 1);
    unit->ticket = session;
    return 1;
}

static bool has_press(const struct unit *unit) { return unit->press_at > 0 && now_s() >= unit->press_at; }

static void disconnect(struct unit *unit) {
    if (unit->fd < 0) return;
    if (unit->state != IDLE && unit->state != ONLINE) underway--;
    if (unit->state == ONLINE) ready_here--, add(&shared->online, -1);
    // An end without a word would make OpenSSL forget the ticket.
    SSL_set_shutdown(unit->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(unit->ssl);
    close(unit->fd);
    unit->fd = -1, unit->state = IDLE, unit->rest_count = 0;
}

static void start(struct unit *unit) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)}, from = {.sin_family = AF_INET};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    from.sin_addr.s_addr = htonl(0x7f010000u + unit->number);
    unit->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (unit->fd < 0) die("socket");
    int on = 1;
    struct linger reset = {.l_onoff = 1};
    setsockopt(unit->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(unit->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    setsockopt(unit->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    if (bind(unit->fd, (void *)&from, sizeof from)) die("bind");
    if (connect(unit->fd, (void *)&to, sizeof to) && errno != EINPROGRESS) die("connect");
    if (!unit->certificate) unit->certificate = make_certificate(unit->number);
    unit->ssl = SSL_new(context);
    SSL_set_app_data(unit->ssl, unit);
    SSL_set_fd(unit->ssl, unit->fd);
    SSL_use_certificate(unit->ssl, unit->certificate);
    SSL_use_PrivateKey(unit->ssl, keys);
    if (unit->ticket) SSL_set_session(unit->ssl, unit->ticket);
    static const unsigned char names[] = "\x0asos-unit/1\x10sos-unit/1;press";
    unit->is_sent = false, unit->was_online = false;
    if (!is_mqtt) SSL_set_alpn_protos(unit->ssl, names, has_press(unit) ? sizeof names - 1 : 11);
    SSL_set_connect_state(unit->ssl);
    unit->state = TCP, unit->began = now_s(), unit->due = unit->began + 20;
    underway++;
    add(&shared->attempts, 1);
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = unit};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, unit->fd, &event)) die("epoll");
}

// The protocol's backoff: the first attempt after 0 to 1 s, then a growing row; with a press 1 to 2 s after the last began.
static void retreat(struct unit *unit) {
    static const double row[] = {1, 2, 4, 8, 16, 30};
    double now = now_s();
    if (unit->state == ONLINE && now - unit->online_since >= 60) unit->tries = 0;
    disconnect(unit);
    if (has_press(unit)) unit->due = fmax(now, unit->began + 1 + drand48());
    else if (unit->tries == 0) unit->due = now + drand48();
    else unit->due = now + row[unit->tries > 6 ? 5 : unit->tries - 1] * (0.5 + 0.5 * drand48());
    unit->tries++;
}

static void send_bytes(struct unit *unit, const unsigned char *bytes, int count) {
    // Sockets' buffers hold far more than any unit here sends.
    if (SSL_write(unit->ssl, bytes, count) != count) ERR_clear_error();
}

static void greet(struct unit *unit) {
    char id[32];
    snprintf(id, sizeof id, ID, unit->number);
    unsigned char hello[46] = {0, 42, 1, 0, 1, 0, has_press(unit), 0}, hi[30] = {0x10, 28, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 16};
    put32(hello + 8, 1);
    hello[28] = 16;
    memcpy(hello + 29, id, 16), memcpy(hi + 14, id, 16);
    if (is_mqtt) send_bytes(unit, hi, sizeof hi); else send_bytes(unit, hello, sizeof hello);
}

static void press(struct unit *unit, uint32_t counter) {
    unsigned char frame[40] = {0, 36, 0x10, 0}, publish[47] = "\x32\x2d\0\x09sos/press";
    put32(frame + 4, 1), put32(frame + 8, counter);
    frame[20] = 1;
    publish[13] = counter >> 8, publish[14] = counter;
    if (is_mqtt) send_bytes(unit, publish, sizeof publish); else send_bytes(unit, frame, sizeof frame);
}

static void beat(struct unit *unit) {
    static const unsigned char ping[] = {0xC0, 0}, heartbeat[] = {0, 5, 3, 0, 1, 98, 0xB9, 20, 0};
    send_bytes(unit, is_mqtt ? ping : heartbeat, is_mqtt ? sizeof ping : sizeof heartbeat);
    unit->beat = now_s() + 60;
}

static void stored(struct unit *unit, uint32_t counter) {
    double now = now_s();
    if (unit->number >= units_all) {
        double *pressed = &unit->pending[counter % PENDING];
        bool is_storm = shared->dropped_s > 0 && *pressed >= shared->dropped_s && (!shared->back_s || *pressed <= shared->back_s);
        if (*pressed > 0) sample(is_storm ? DURING : QUIET, now - *pressed), add(&shared->standing_lost, -1);
        *pressed = 0;
    } else if (unit->press_at > 0) {
        sample(unit->was_online ? ONLINE_PRESS : RETURNING, now - unit->press_at);
        if (!unit->was_online) sample(CONNECTING, now - fmax(unit->began, unit->press_at));
        unit->press_at = 0;
        add(&shared->stored, 1);
    }
}

static void online(struct unit *unit) {
    if (unit->state == ONLINE) return;
    underway--, ready_here++;
    unit->state = ONLINE, unit->online_since = now_s();
    unit->beat = unit->online_since + 60 * drand48();
    unit->due = 1e300;
    if (SSL_session_reused(unit->ssl)) add(&shared->resumed, 1);
    if (unit->number < units_all && add(&shared->online, 1) == units_all && phase() == STORM) shared->back_s = unit->online_since;
    if (phase() == GATHER) add(&shared->gathered, 1), unit->tries = 0;
}

// Takes whole frames from what came.
static bool take(struct unit *unit, const unsigned char *bytes, int count) {
    while (count > 0) {
        int length = is_mqtt ? (count < 2 ? count + 1 : 2 + bytes[1]) : count < 4 ? count + 1 : 4 + (bytes[0] << 8 | bytes[1]);
        if (count < length) break;
        if (is_mqtt && bytes[0] == 0x20) online(unit);
        else if (is_mqtt && bytes[0] == 0x40) stored(unit, bytes[2] << 8 | bytes[3]);
        else if (!is_mqtt && bytes[2] == 0x02) online(unit);
        else if (!is_mqtt && bytes[2] == 0x14 && get32(bytes + 12) == 1) stored(unit, get32(bytes + 16));
        else if (!is_mqtt && (bytes[2] == 0x05 || bytes[2] == 0x06 || bytes[2] == 0x22)) return false;
        bytes += length, count -= length;
    }
    if (count > REST) die("a frame too long");
    memcpy(unit->rest, bytes, count);
    unit->rest_count = count;
    return true;
}

// Goes on with whatever a unit is at; false when its connection ended.
static bool step(struct unit *unit) {
    if (unit->state == TCP) {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(unit->fd, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error) return false;
        unit->state = SHAKING;
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = unit};
        epoll_ctl(epoll, EPOLL_CTL_MOD, unit->fd, &event);
    }
    if (unit->state == SHAKING) {
        int status = SSL_do_handshake(unit->ssl);
        if (status != 1) {
            int error = SSL_get_error(unit->ssl, status);
            ERR_clear_error();
            return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
        }
        unit->state = GREETING, unit->due = now_s() + 10;
        greet(unit);
        if (has_press(unit)) press(unit, unit->counter), unit->is_sent = true;
    }
    unsigned char bytes[REST + 16384];
    for (;;) {
        memcpy(bytes, unit->rest, unit->rest_count);
        int count = SSL_read(unit->ssl, bytes + unit->rest_count, 16384);
        if (count <= 0) {
            int error = SSL_get_error(unit->ssl, count);
            ERR_clear_error();
            return error == SSL_ERROR_WANT_READ;
        }
        if (!take(unit, bytes, unit->rest_count + count)) return false;
    }
}

// Each unit is a machine of its own: one with a press must not wait for the cryptography of those before it in this process.
static void serve(struct epoll_event *events, int count) {
    for (int index = 0, others = 0; index < 2 * count && others < OTHERS; index++) {
        struct unit *unit = events[index % count].data.ptr;
        if (has_press(unit) != (index < count)) continue;
        others += index >= count;
        if (unit->fd < 0 || step(unit)) continue;
        if (unit->number >= units_all) die("a standing link ended");
        if (unit->state != ONLINE) add(&shared->refused, 1); else add(&shared->lost_links, 1);
        retreat(unit);
    }
}

// What is due by the clock, every few milliseconds.
static void look_at_clocks(bool is_gathering) {
    double now = now_s();
    for (int index = 0; index < units_here; index++) {
        struct unit *unit = &units[index];
        bool wants = unit->state == IDLE && (unit->due <= now || (has_press(unit) && unit->began + 1 <= now));
        if (wants && (!is_gathering || underway < WINDOW)) start(unit);
        else if (unit->state == ONLINE && unit->beat <= now) beat(unit);
        else if (unit->state != IDLE && unit->due <= now) add(&shared->timeouts, 1), retreat(unit);
        if (!has_press(unit) || unit->is_sent) continue;
        if (unit->state == ONLINE) press(unit, unit->counter), unit->is_sent = unit->was_online = true;
        // Pressed while it waits for the gateway's answer: its ClientHello did not say so.
        if (unit->state == SHAKING && !is_mqtt && !unit->was_online && unit->began + 1 <= now && unit->began < unit->press_at) {
            disconnect(unit);
            start(unit);
        }
    }
}

static void drop_all(void) {
    for (int index = 0; index < units_here; index++) shutdown(units[index].fd, SHUT_RD), close(units[index].fd);
    double now = now_s();
    for (int index = 0; index < units_here; index++) {
        struct unit *unit = &units[index];
        if (unit->fd >= 0) SSL_set_shutdown(unit->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN), SSL_free(unit->ssl);
        unit->fd = -1, unit->state = IDLE, unit->rest_count = 0, unit->tries = 1, unit->due = now + drand48();
        unit->counter = 1, unit->began = 0, unit->is_sent = false;
        if (drand48() * 100 < pressing_percent) unit->press_at = now + press_s * drand48(), add(&shared->pressed, 1);
    }
    underway = ready_here = 0;
    add(&shared->online, -units_here);
}

static void run(int first, int count, bool stands) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!stands) setpriority(PRIO_PROCESS, 0, 5);
    srand48(first + 1);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    units = calloc(count, sizeof *units);
    units_here = count;
    for (int index = 0; index < count; index++) units[index].number = first + index, units[index].fd = -1;
    struct epoll_event events[READY];
    double clocks_due = 0, press_due = 0;
    bool has_dropped = false;
    for (int next = 0; phase() != OVER;) {
        int ready = epoll_wait(epoll, events, READY, stands ? 1 : 5);
        serve(events, ready);
        double now = now_s();
        if (now >= clocks_due) look_at_clocks(!has_dropped), clocks_due = now_s() + (stands ? 0.001 : 0.005);
        if (stands && ready_here == count && phase() >= SETTLE && phase() < BACK) {
            if (press_due == 0) press_due = now;
            for (; press_due <= now; press_due += 1.0 / rate) {
                struct unit *unit = &units[next++ % count];
                unit->counter++;
                unit->pending[unit->counter % PENDING] = press_due;
                add(&shared->standing_lost, 1);
                press(unit, unit->counter);
            }
        }
        if (!stands && !has_dropped && phase() == STORM) {
            drop_all();
            has_dropped = true;
        }
    }
    _exit(0);
}

static void print_kind(const char *name, int kind) {
    print_spread(name, shared->samples[kind], shared->counts[kind] < SAMPLES_MAX ? shared->counts[kind] : SAMPLES_MAX);
}

static void pause_ms(int milliseconds) {
    usleep(milliseconds * 1000);
    int status;
    if (waitpid(-1, &status, WNOHANG) > 0) die("one of the processes ended");
}

static void settle(void) {
    double began = now_s(), grown = began;
    for (int seen = 0; tickets_s && shared->tickets < units_all + standing && now_s() - began < tickets_s && now_s() - grown < 10;) {
        if (shared->tickets != seen) seen = shared->tickets, grown = now_s();
        pause_ms(50);
    }
    // Some seconds of presses without a storm, for comparison.
    for (double from = now_s(); now_s() - from < 5;) pause_ms(50);
}

int main(int argc, char **argv) {
    static const struct { const char *name; int *value; } names[] = {
        {"units", &units_all}, {"pressing", &pressing_percent}, {"standing", &standing}, {"press_s", &press_s}, {"rate", &rate},
        {"tickets_s", &tickets_s}, {"hold", &hold_s}, {"late_s", &late_s}};
    if (argc < 6) return fprintf(stderr, "usage: storm-units PORT PID CA.pem CA.key gateway|mqtt [KEY=NUMBER …]\n"), 64;
    for (int index = 6; index < argc; index++)
        for (size_t which = 0; which < sizeof names / sizeof *names; which++) {
            size_t length = strlen(names[which].name);
            if (!strncmp(argv[index], names[which].name, length) && argv[index][length] == '=') *names[which].value = atoi(argv[index] + length + 1);
        }
    port = atoi(argv[1]), pid = atoi(argv[2]), is_mqtt = !strcmp(argv[5], "mqtt");
    load_authority(argv[3], argv[4]);
    keys = unit_key;
    signal(SIGPIPE, SIG_IGN);
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    // Whether a gateway is the right one is the units' business and would only cost this machine.
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set1_groups_list(context, "X25519:P-256");
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, keep);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) die("memory");
    int each = raise_descriptors() - 100;
    if (standing && !fork()) run(units_all, standing, true);
    for (int first = 0; first < units_all; first += each)
        if (!fork()) run(first, units_all - first < each ? units_all - first : each, false);

    double began = now_s(), cpu_began = server_ns(pid);
    while (shared->gathered < units_all + standing) pause_ms(5);
    double gather_s = now_s() - began, gather_cpu = (server_ns(pid) - cpu_began) / 1e9;
    __atomic_store_n(&shared->phase, SETTLE, __ATOMIC_RELEASE);
    settle();
    int tickets = shared->tickets, resumed = shared->resumed, attempts = shared->attempts;
    forget_peak(pid);
    long before_kib = peak_kib(pid);
    double cpu = server_ns(pid), from = now_s();
    if (hold_s) {
        while (now_s() - from < hold_s) pause_ms(100);
    } else {
        shared->dropped_s = from;
        __atomic_store_n(&shared->phase, STORM, __ATOMIC_RELEASE);
        pause_ms(200);
        while ((!shared->back_s || shared->stored < shared->pressed) && now_s() - from < late_s) pause_ms(5);
    }
    double used_s = (server_ns(pid) - cpu) / 1e9, took_s = now_s() - from;
    long peak = peak_kib(pid);
    __atomic_store_n(&shared->phase, BACK, __ATOMIC_RELEASE);
    pause_ms(2000);
    double back_s = shared->back_s ? shared->back_s - from : -1;
    printf("{\"units\": %d, \"gather_s\": %.2f, \"gather_cpu_s\": %.2f, \"tickets\": %d, \"seconds\": %.2f, \"back_s\": %.2f", units_all,
           gather_s, gather_cpu, tickets, took_s, back_s);
    printf(", \"handshakes_s\": %.0f, \"attempts\": %d, \"resumed\": %d, \"refused\": %d, \"timeouts\": %d, \"lost_links\": %d",
           back_s > 0 ? units_all / back_s : 0, shared->attempts - attempts, shared->resumed - resumed, shared->refused, shared->timeouts,
           shared->lost_links);
    printf(", \"server_cpu_s\": %.2f, \"before_kib\": %ld, \"peak_kib\": %ld", used_s, before_kib, peak);
    print_kind("quiet_ms", QUIET), print_kind("standing_ms", DURING), print_kind("returning_ms", RETURNING);
    print_kind("from_connect_ms", CONNECTING), print_kind("online_ms", ONLINE_PRESS);
    printf(", \"pressed\": %d, \"lost\": %d}\n", shared->pressed, shared->pressed - shared->stored + shared->standing_lost);
    __atomic_store_n(&shared->phase, OVER, __ATOMIC_RELEASE);
    while (wait(NULL) > 0) {}
    return 0;
}
