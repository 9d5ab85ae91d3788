// Names for what OpenSSL's public API offers only as macros; nothing else.
#pragma once
#include <openssl/bio.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

static inline int sos_ssl_ctx_set_min_version(SSL_CTX *context, int version) {
    return SSL_CTX_set_min_proto_version(context, version);
}

static inline int sos_ssl_ctx_set_max_version(SSL_CTX *context, int version) {
    return SSL_CTX_set_max_proto_version(context, version);
}

static inline void sos_ssl_ctx_set_mode(SSL_CTX *context, long mode) { SSL_CTX_set_mode(context, mode); }

// `free` is called with each context's pointer when OpenSSL frees the context.
static inline int sos_ssl_ctx_new_index(CRYPTO_EX_free *free) { return SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, free); }

static inline STACK_OF(X509) *sos_chain_new(int certificates) { return sk_X509_new_reserve(NULL, certificates); }

// Takes a reference of its own; 0 when memory is out.
static inline int sos_chain_append(STACK_OF(X509) *chain, X509 *certificate) {
    if (!X509_up_ref(certificate)) return 0;
    if (sk_X509_push(chain, certificate) > 0) return 1;
    X509_free(certificate);
    return 0;
}

static inline void sos_chain_free(STACK_OF(X509) *chain) { sk_X509_pop_free(chain, X509_free); }

static inline int sos_store_objects_count(X509_STORE *store) {
    return sk_X509_OBJECT_num(X509_STORE_get0_objects(store));
}

// Borrowed; NULL where the store keeps something else.
static inline X509 *sos_store_certificate(X509_STORE *store, int index) {
    return X509_OBJECT_get0_X509(sk_X509_OBJECT_value(X509_STORE_get0_objects(store), index));
}

static inline uint64_t sos_ssl_op_no_compression(void) { return SSL_OP_NO_COMPRESSION; }

static inline uint64_t sos_ssl_op_no_ticket(void) { return SSL_OP_NO_TICKET; }

static inline uint64_t sos_ssl_op_no_renegotiation(void) { return SSL_OP_NO_RENEGOTIATION; }

static inline int sos_ssl_ctx_set_groups(SSL_CTX *context, const char *list) {
    return SSL_CTX_set1_groups_list(context, list);
}

static inline void sos_ssl_ctx_set_session_cache_mode(SSL_CTX *context, long mode) {
    SSL_CTX_set_session_cache_mode(context, mode);
}

static inline void sos_ssl_ctx_set_read_ahead(SSL_CTX *context, long is_on) {
    SSL_CTX_set_read_ahead(context, is_on);
}

static inline void sos_ssl_ctx_set_max_cert_list(SSL_CTX *context, long bytes) {
    SSL_CTX_set_max_cert_list(context, bytes);
}

static inline int sos_ssl_set_host_name(SSL *ssl, const char *name) { return SSL_set_tlsext_host_name(ssl, name); }

// Takes a reference of its own.
static inline int sos_ssl_add_chain_certificate(SSL *ssl, X509 *certificate) { return SSL_add1_chain_cert(ssl, certificate); }

static inline int sos_err_reason(unsigned long code) { return ERR_GET_REASON(code); }

static inline int sos_err_library(unsigned long code) { return ERR_GET_LIB(code); }

static inline int sos_general_names_count(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }

// Borrowed bytes of name `index` when it is a URI; NULL otherwise.
static inline const unsigned char *sos_general_names_uri(const GENERAL_NAMES *names, int index, int *bytes) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
    if (name == NULL || name->type != GEN_URI) return NULL;
    *bytes = ASN1_STRING_length(name->d.uniformResourceIdentifier);
    return ASN1_STRING_get0_data(name->d.uniformResourceIdentifier);
}

static inline void sos_general_names_free(GENERAL_NAMES *names) { GENERAL_NAMES_free(names); }

static inline int sos_names_count(const STACK_OF(X509_NAME) *names) { return sk_X509_NAME_num(names); }

static inline int sos_certificates_count(const STACK_OF(X509) *certificates) { return sk_X509_num(certificates); }

// Borrowed; NULL outside the stack.
static inline X509 *sos_certificate(const STACK_OF(X509) *certificates, int index) {
    return sk_X509_value(certificates, index);
}

static inline int sos_revoked_count(X509_CRL *list) { return sk_X509_REVOKED_num(X509_CRL_get_REVOKED(list)); }

// Borrowed; NULL outside the list.
static inline X509_REVOKED *sos_revoked(X509_CRL *list, int index) {
    return sk_X509_REVOKED_value(X509_CRL_get_REVOKED(list), index);
}

static inline int sos_distribution_point_is_indirect(const ISSUING_DIST_POINT *point) { return point->indirectCRL > 0; }

static inline unsigned long sos_name_flags(void) { return XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB; }

static inline int sos_ssl_ctx_set_max_early_data(SSL_CTX *context, uint32_t bytes) {
    return SSL_CTX_set_max_early_data(context, bytes);
}

static inline uint64_t sos_ssl_op_server_preference(void) { return SSL_OP_CIPHER_SERVER_PREFERENCE; }

static inline void sos_free(void *memory) { OPENSSL_free(memory); }
