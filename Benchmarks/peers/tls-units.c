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
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { UNDERWAY = 8, KNOWN = 64, ROUND = 100, SECONDS_MAX = 20 };

// 16 characters.
#define ID "U-%014d"

static void die(const char *what) {
    fprintf(stderr, "tls-units: %s: %s\n", what, errno ? strerror(errno) : "");
    ERR_print_errors_fp(stderr);
    exit(1);
}

static double now_s(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

// Processor time of all threads of a process, in nanoseconds.
static double server_ns(int pid) {
    char path[320];
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *tasks = opendir(path);
    if (!tasks) die("the server is gone");
    double sum = 0;
    for (struct dirent *task; (task = readdir(tasks));) {
        if (task->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", pid, task->d_name);
        FILE *file = fopen(path, "r");
        unsigned long long ns = 0;
        if (file && fscanf(file, "%llu", &ns) == 1) sum += ns;
        if (file) fclose(file);
    }
    closedir(tasks);
    return sum;
}

// Resident memory of its own, in KiB.
static long private_kib(int pid) {
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *file = fopen(path, "r");
    long kib = 0;
    while (file && fgets(line, sizeof line, file)) if (sscanf(line, "RssAnon: %ld", &kib) == 1) break;
    if (file) fclose(file);
    return kib;
}

static X509 *authority;
static EVP_PKEY *authority_key, *unit_key;
static SSL_CTX *context;
static int port, pid;

static void extend(X509 *certificate, int nid, const char *value) {
    X509V3_CTX about;
    X509V3_set_ctx(&about, authority, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &about, nid, value);
    if (!extension || !X509_add_ext(certificate, extension, -1)) die(value);
    X509_EXTENSION_free(extension);
}

// As Scripts/dev-pki makes them; the units share a key, which the server cannot know.
static X509 *make_certificate(int number) {
    char name[32], uri[64];
    snprintf(name, sizeof name, ID, number);
    snprintf(uri, sizeof uri, "URI:urn:sos:unit:%s", name);
    X509 *certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), 0x1122334400000000ull + number);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 365 * 86400);
    X509_NAME *subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_ASC, (const unsigned char *)"SOSGateway development", -1, -1, 0);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(authority));
    X509_set_pubkey(certificate, unit_key);
    extend(certificate, NID_subject_key_identifier, "hash");
    extend(certificate, NID_authority_key_identifier, "keyid");
    extend(certificate, NID_basic_constraints, "critical,CA:false");
    extend(certificate, NID_key_usage, "critical,digitalSignature");
    extend(certificate, NID_ext_key_usage, "clientAuth");
    extend(certificate, NID_subject_alt_name, uri);
    if (!X509_sign(certificate, authority_key, EVP_sha256())) die("cannot sign");
    return certificate;
}

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
    FILE *file = fopen(argv[3], "r");
    if (!file || !(authority = PEM_read_X509(file, NULL, NULL, NULL))) die(argv[3]);
    fclose(file);
    file = fopen(argv[4], "r");
    if (!file || !(authority_key = PEM_read_PrivateKey(file, NULL, NULL, NULL))) die(argv[4]);
    fclose(file);
    unit_key = EVP_EC_gen("P-256");
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
