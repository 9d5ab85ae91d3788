#include "link.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace {
std::string opensslReason() {
    char text[256] = "no reason given";
    if (unsigned long code = ERR_get_error()) ERR_error_string_n(code, text, sizeof text);
    return text;
}
constexpr size_t readBytesMax = 64 * 1024;
}  // namespace

Link::Link(uint32_t unit, const std::string& host, int port) : unit(unit) {
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(uint16_t(port));
    if (fd < 0 || inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) throw Failure("no socket for " + host);
    timeval deadline{30, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof deadline);
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        throw Ended("connect to port " + std::to_string(port) + ": " + strerror(errno));
}

Link::~Link() {
    if (ssl) {
        SSL_set_quiet_shutdown(ssl, 1);
        SSL_free(ssl);
    }
    if (fd >= 0) close(fd);
}

void Link::startTLS(SSL_CTX* context, const std::string& certificate, const char* alpn) {
    ssl = SSL_new(context);
    SSL_set_fd(ssl, fd);
    if (alpn) {
        std::string list = char(strlen(alpn)) + std::string(alpn);
        SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(list.data()), unsigned(list.size()));
    }
    if (!certificate.empty() && (SSL_use_certificate_file(ssl, (certificate + ".pem").c_str(), SSL_FILETYPE_PEM) != 1 ||
                                 SSL_use_PrivateKey_file(ssl, (certificate + ".key").c_str(), SSL_FILETYPE_PEM) != 1))
        throw Failure("certificate " + certificate + ": " + opensslReason());
    if (SSL_connect(ssl) != 1) throw Ended("TLS handshake: " + opensslReason());
}

void Link::sendAll(std::string_view bytes) {
    while (!bytes.empty()) {
        ssize_t count = tryWrite(bytes);
        if (count <= 0) throw Ended("sending while connecting timed out");
        bytes.remove_prefix(size_t(count));
    }
}

void Link::receiveMore() {
    if (tryRead() <= 0) throw Ended("no answer within 30 s while connecting");
}

void Link::becomeNonBlocking() { fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); }

void Link::write(std::string_view bytes) {
    if (out.empty()) {
        ssize_t count = tryWrite(bytes);
        if (count > 0) bytes.remove_prefix(size_t(count));
    }
    out.append(bytes);
}

void Link::flush() {
    while (!out.empty()) {
        ssize_t count = tryWrite(out);
        if (count <= 0) return;
        out.erase(0, size_t(count));
    }
}

void Link::read() {
    // With read-ahead OpenSSL takes all that the socket has; what it still holds then would not wake epoll.
    do {
        if (tryRead() <= 0) return;
    } while (ssl && SSL_has_pending(ssl));
}

void Link::compact() {
    if (inStart == in.size()) {
        in.clear();
        inStart = 0;
    } else if (inStart > readBytesMax) {
        in.erase(0, inStart);
        inStart = 0;
    }
}

/// Bytes sent; 0 when it would block.
ssize_t Link::tryWrite(std::string_view bytes) {
    if (ssl) {
        int count = SSL_write(ssl, bytes.data(), int(bytes.size()));
        if (count > 0) return count;
        int error = SSL_get_error(ssl, count);
        if (error == SSL_ERROR_WANT_WRITE || error == SSL_ERROR_WANT_READ) return 0;
        throw Ended("TLS write: " + opensslReason());
    }
    ssize_t count = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) return count;
    if (errno == EAGAIN || errno == EINTR) return 0;
    throw Ended(std::string("write: ") + strerror(errno));
}

/// Bytes read; 0 when it would block.
ssize_t Link::tryRead() {
    static char buffer[readBytesMax];
    ssize_t count;
    if (ssl) {
        count = SSL_read(ssl, buffer, sizeof buffer);
        if (count <= 0) {
            int error = SSL_get_error(ssl, int(count));
            if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return 0;
            throw Ended("TLS read: the other end closed");
        }
    } else {
        count = recv(fd, buffer, sizeof buffer, 0);
        if (count == 0) throw Ended("the other end closed");
        if (count < 0) {
            if (errno == EAGAIN || errno == EINTR) return 0;
            throw Ended(std::string("read: ") + strerror(errno));
        }
    }
    in.append(buffer, size_t(count));
    return count;
}
