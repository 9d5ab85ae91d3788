// A plain TLS 1.3 server on epoll and OpenSSL, with OpenSSL's defaults: what everybody would write first, to measure beside.
// Asks for a client certificate, throws away what it reads, closes when the peer does.
// build: cc -O2 -o tls-server tls-server.c -lssl -lcrypto
// usage: tls-server CERTIFICATE.pem KEY.pem CA.pem [TICKETS]        prints its port
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

static void die(const char *what) {
    perror(what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static int choose(SSL *ssl, const unsigned char **chosen, unsigned char *bytes, const unsigned char *offered,
                  unsigned int count, void *unused) {
    (void)ssl, (void)unused, (void)count;
    *bytes = offered[0];
    *chosen = offered + 1;
    return SSL_TLSEXT_ERR_OK;
}

int main(int argc, char **argv) {
    if (argc < 4) return 64;
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    if (SSL_CTX_use_certificate_chain_file(context, argv[1]) != 1) die(argv[1]);
    if (SSL_CTX_use_PrivateKey_file(context, argv[2], SSL_FILETYPE_PEM) != 1) die(argv[2]);
    if (SSL_CTX_load_verify_file(context, argv[3]) != 1) die(argv[3]);
    SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(argv[3]));
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_session_id_context(context, (const unsigned char *)"plain", 5);
    SSL_CTX_set_alpn_select_cb(context, choose, NULL);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    if (argc > 4) SSL_CTX_set_num_tickets(context, atoi(argv[4]));

    // A unit that left before its tickets were sent must not end the server.
    signal(SIGPIPE, SIG_IGN);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), epoll = epoll_create1(0), on = 1;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t bytes = sizeof at;
    if (bind(listener, (void *)&at, bytes) || listen(listener, 1024)) die("listen");
    getsockname(listener, (void *)&at, &bytes);
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &(struct epoll_event){.events = EPOLLIN});
    for (;;) {
        struct epoll_event ready[64];
        int count = epoll_wait(epoll, ready, 64, -1);
        for (int index = 0; index < count; index++) {
            SSL *ssl = ready[index].data.ptr;
            if (!ssl) {
                int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
                if (fd < 0) continue;
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                ssl = SSL_new(context);
                SSL_set_fd(ssl, fd);
                SSL_set_accept_state(ssl);
                epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &(struct epoll_event){.events = EPOLLIN, .data.ptr = ssl});
                continue;
            }
            char waste[16384];
            ERR_clear_error();
            // Does the handshake first when it is not done.
            int status = SSL_read(ssl, waste, sizeof waste);
            if (status > 0) continue;
            int error = SSL_get_error(ssl, status);
            if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) continue;
            int fd = SSL_get_fd(ssl);
            SSL_free(ssl);
            close(fd);
        }
    }
}
