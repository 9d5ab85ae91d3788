// What the programs that play many units share: certificates made on the spot, and what a server's process used.
#pragma once
#include <dirent.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
