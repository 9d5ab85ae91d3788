// What the programs that play many units share: certificates made on the spot, and what a server's process used.
#pragma once
#include <dirent.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

// 16 characters.
#define ID "U-%014d"

static void die(const char *what) {
    fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, errno ? strerror(errno) : "");
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
static inline long private_kib(int pid) {
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

// The authority whose key signs the units' certificates, and the key that all units share.
static void load_authority(const char *certificate, const char *key) {
    FILE *file = fopen(certificate, "r");
    if (!file || !(authority = PEM_read_X509(file, NULL, NULL, NULL))) die(certificate);
    fclose(file);
    file = fopen(key, "r");
    if (!file || !(authority_key = PEM_read_PrivateKey(file, NULL, NULL, NULL))) die(key);
    fclose(file);
    unit_key = EVP_EC_gen("P-256");
}

// Resident memory at most, shared pages included, since forget_peak().
static inline long peak_kib(int pid) {
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *file = fopen(path, "r");
    long kib = 0;
    while (file && fgets(line, sizeof line, file)) if (sscanf(line, "VmHWM: %ld", &kib) == 1) break;
    if (file) fclose(file);
    return kib;
}

static inline void forget_peak(int pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/clear_refs", pid);
    FILE *file = fopen(path, "w");
    if (file) fputs("5", file), fclose(file);
}

static inline int by_value(const void *left, const void *right) {
    float a = *(const float *)left, b = *(const float *)right;
    return (a > b) - (a < b);
}

// A member of a JSON object: count, and p50, p99 and the most where there are any. Sorts.
static inline void print_spread(const char *name, float *found, int count) {
    qsort(found, count, sizeof *found, by_value);
    printf(", \"%s\": {\"count\": %d", name, count);
    if (count) printf(", \"p50\": %.2f, \"p99\": %.2f, \"max\": %.2f", found[count / 2], found[(int)(count * 0.99)], found[count - 1]);
    printf("}");
}

static inline void put32(unsigned char *at, uint32_t value) {
    for (int byte = 0; byte < 4; byte++) at[byte] = value >> (24 - 8 * byte);
}

static inline uint32_t get32(const unsigned char *at) {
    return (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

// Takes as many descriptors as the administrator allows; how many.
static inline int raise_descriptors(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_max > 1 << 30 ? 1 << 30 : (int)limit.rlim_max;
}
