// Many units from one process: each has a certificate of its own, made here and signed by the authority whose key it is
// given. Shakes hands with a TLS 1.3 server, and reads from /proc what the server's threads paid for it.
// build: cc -O2 -o tls-units tls-units.c -lssl -lcrypto
// usage: tls-units PORT PID CA.pem CA.key ALPN handshakes ROUNDS     ALPN: a name, or - for none
//        tls-units PORT PID CA.pem CA.key ALPN idle COUNT HELLO      HELLO: what a unit says first, in hex, or - for nothing;
//                                                                    uuuu stands for the 16 bytes of its id
// One line of JSON for each phase of each round of 100 handshakes; the phases take turns, so that what else the machine does
// falls on all:
//   first    full handshakes, each by a unit that the server never saw
//   again    full handshakes by few units that it saw before, without a ticket
//   resumed  by tickets that the same units got
#define _GNU_SOURCE
#include "units.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>

static SSL_CTX *context;
static int port, pid;

enum { UNDERWAY = 8, KNOWN = 64, ROUND = 100, SECONDS_MAX = 20 };

struct unit {
    SSL *ssl;
    int fd, number;
    enum { FREE, SHAKING, ESTABLISHED, CLOSING } phase;
};

static SSL_SESSION *tickets[KNOWN];
static int keep(SSL *ssl, SSL_SESSION *session) {
    struct unit *unit = SSL_get_app_data(ssl);
    if (unit->number >= KNOWN || tickets[unit->number]) return 0;
    tickets[unit->number] = session;
    return 1;
}

static void start(struct unit *unit, int number, X509 *certificate, SSL_SESSION *ticket) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    // A source address has 28,000 ports; many units need several.
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (number / 10000) % 200);
    unit->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (unit->fd < 0) die("socket");
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr = to.sin_addr};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int on = 1;
    setsockopt(unit->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(unit->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(unit->fd, (void *)&from, sizeof from) || connect(unit->fd, (void *)&to, sizeof to)) die("connect");
    fcntl(unit->fd, F_SETFL, O_NONBLOCK);
    unit->ssl = SSL_new(context);
    unit->number = number;
    unit->phase = SHAKING;
    SSL_set_app_data(unit->ssl, unit);
    SSL_set_fd(unit->ssl, unit->fd);
    SSL_use_certificate(unit->ssl, certificate);
    SSL_use_PrivateKey(unit->ssl, unit_key);
    if (ticket) SSL_set_session(unit->ssl, ticket);
    SSL_set_connect_state(unit->ssl);
}

static void finish(struct unit *unit) {
    // An end without a word would make OpenSSL forget the ticket.
    SSL_set_shutdown(unit->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(unit->ssl);
    close(unit->fd);
    unit->phase = FREE;
}

// Goes on; true when the handshake was just done.
static bool step(struct unit *unit) {
    char waste[4096];
    if (unit->phase == SHAKING) {
        int status = SSL_do_handshake(unit->ssl);
        if (status == 1) {
            unit->phase = ESTABLISHED;
            return true;
        }
        int error = SSL_get_error(unit->ssl, status);
        if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) die("handshake");
    } else if (unit->phase == ESTABLISHED) {
        int status = SSL_read(unit->ssl, waste, sizeof waste);
        if (status <= 0 && SSL_get_error(unit->ssl, status) != SSL_ERROR_WANT_READ) die("the server hung up");
    } else if (unit->phase == CLOSING) {
        ssize_t count = recv(unit->fd, waste, sizeof waste, MSG_DONTWAIT);
        if (count == 0 || (count < 0 && errno != EAGAIN)) finish(unit);
    }
    return false;
}

// `count` handshakes, some at once; the server has done its part when it closes.
static void run(const char *phase, int count, X509 **certificates, bool is_new, bool is_resuming) {
    struct unit units[UNDERWAY] = {0};
    int begun = 0, done = 0, resumed = 0;
    double began_s = now_s(), before = server_ns(pid);
    while (done < count) {
        struct pollfd polled[UNDERWAY];
        int live = 0;
        for (int place = 0; place < UNDERWAY; place++) {
            struct unit *unit = &units[place];
            if (unit->phase == FREE && begun < count) {
                int which = is_new ? begun : begun % KNOWN;
                start(unit, is_new ? KNOWN + begun : which, certificates[which], is_resuming ? tickets[which] : NULL);
                begun++;
            }
            if (unit->phase == FREE) continue;
            if (step(unit)) {
                resumed += SSL_session_reused(unit->ssl);
                unit->phase = CLOSING;
                shutdown(unit->fd, SHUT_WR);
            }
            if (unit->phase == FREE) done++;
            else polled[live++] = (struct pollfd){.fd = unit->fd, .events = POLLIN};
        }
        if (live) poll(polled, live, 1);
        if (now_s() - began_s > SECONDS_MAX + count / 50) die("took too long");
    }
    if (!phase) return;
    double used_us = (server_ns(pid) - before) / 1e3 / count;
    printf("{\"phase\": \"%s\", \"resumed\": %d, \"server_us\": %.1f}\n", phase, resumed, used_us);
    fflush(stdout);
}

// Lets the known units connect once and waits for a ticket each; some servers give none.
static int collect(X509 **certificates) {
    int got = 0;
    for (int number = 0; number < KNOWN; number++) {
        struct unit unit = {0};
        start(&unit, number, certificates[number], NULL);
        for (double began_s = now_s(); !tickets[number] && now_s() - began_s < (got || !number ? 2.0 : 0.1);) {
            step(&unit);
            poll(&(struct pollfd){.fd = unit.fd, .events = POLLIN}, 1, 5);
        }
        got += tickets[number] != NULL;
        finish(&unit);
    }
    return got;
}

static void handshakes(int rounds) {
    X509 *known[KNOWN], *fresh[ROUND];
    for (int number = 0; number < KNOWN; number++) known[number] = make_certificate(number);
    run(NULL, ROUND, known, false, false);
    bool has_tickets = collect(known) == KNOWN;
    // Otherwise OpenSSL uses a ticket of TLS 1.3 once.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    for (int round = 0; round < rounds; round++) {
        for (int number = 0; number < ROUND; number++) fresh[number] = make_certificate(KNOWN + round * ROUND + number);
        run("first", ROUND, fresh, true, false);
        run("again", ROUND, known, false, false);
        if (has_tickets) run("resumed", ROUND, known, false, true);
        for (int number = 0; number < ROUND; number++) X509_free(fresh[number]);
    }
}

// Connects `count` units that say HELLO and then nothing; what the server's memory grew by.
static void idle(int count, const char *hello) {
    struct unit *units = calloc(count, sizeof *units);
    unsigned char frame[512];
    int bytes = 0, at = -1, first = 0;
    for (const char *text = hello; *text && *text != '-'; bytes++) {
        if (!strncmp(text, "uuuu", 4)) {
            at = bytes, bytes += 15, text += 4;
        } else {
            sscanf(text, "%2hhx", &frame[bytes]), text += 2;
        }
    }
    for (int number = -200; number < count; number++) {
        // The first 200 only warm the server up, and stay.
        struct unit *unit = number < 0 ? calloc(1, sizeof *unit) : &units[number];
        if (number == 0) {
            usleep(1500000);
            first = private_kib(pid);
        }
        X509 *certificate = make_certificate(number + 200);
        start(unit, number + 200, certificate, NULL);
        X509_free(certificate);
        while (!step(unit)) poll(&(struct pollfd){.fd = unit->fd, .events = POLLIN}, 1, 1000);
        if (at >= 0) {
            char id[32];
            snprintf(id, sizeof id, ID, number + 200);
            memcpy(frame + at, id, 16);
        }
        if (bytes && SSL_write(unit->ssl, frame, bytes) != bytes) die("HELLO");
        for (int looks = 0; bytes && looks < 1; looks++) poll(&(struct pollfd){.fd = unit->fd, .events = POLLIN}, 1, 1000);
        step(unit);
    }
    // Whatever the server does later, such as tickets and giving memory back, is done by then.
    for (double began_s = now_s(); now_s() - began_s < 3 + count / 1000.0; usleep(50000))
        for (int number = 0; number < count; number++) step(&units[number]);
    long last = private_kib(pid);
    printf("{\"phase\": \"idle\", \"connections\": %d, \"kib_each\": %.2f, \"kib\": %ld}\n", count,
           (double)(last - first) / count, last);
}

int main(int argc, char **argv) {
    if (argc < 8) {
        fprintf(stderr, "usage: tls-units PORT PID CA.pem CA.key ALPN handshakes|idle COUNT [HELLO]\n");
        return 64;
    }
    port = atoi(argv[1]), pid = atoi(argv[2]);
    load_authority(argv[3], argv[4]);
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_load_verify_file(context, argv[3]);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set1_groups_list(context, getenv("GROUPS_OFFERED") ? getenv("GROUPS_OFFERED") : "P-256:X25519");
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, keep);
    if (strcmp(argv[5], "-")) {
        unsigned char list[256];
        list[0] = snprintf((char *)list + 1, sizeof list - 1, "%s", argv[5]);
        SSL_CTX_set_alpn_protos(context, list, list[0] + 1);
    }
    if (!strcmp(argv[6], "handshakes")) handshakes(atoi(argv[7]));
    else idle(atoi(argv[7]), argc > 8 ? argv[8] : "-");
    return 0;
}
