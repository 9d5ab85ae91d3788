#include "dialect.hpp"

#include <sys/socket.h>
#include <sys/time.h>

#include <charconv>

Dialect::Dialect(Target given) : target(std::move(given)) {
    tls = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(tls, 1);
    SSL_CTX_set_options(tls, SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION);
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, nullptr);
    if (SSL_CTX_load_verify_locations(tls, (target.pki + "/ca.pem").c_str(), nullptr) != 1)
        throw Failure("no authority in " + target.pki);
}

std::unique_ptr<Link> Dialect::connect(uint32_t unit, const std::string& certificate, const char* alpn) {
    auto link = std::make_unique<Link>(unit, target.host, target.port);
    if (!target.plain) link->startTLS(tls, certificate, alpn);
    return link;
}

void Dialect::readUntilSilent(Link& link, Sink& sink) {
    timeval silence{10, 0};
    setsockopt(link.descriptor(), SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence);
    try {
        for (input(link, sink); !sink.hasAll(); input(link, sink)) {
            link.compact();
            link.receiveMore();
        }
    } catch (const Ended&) {
    }
}

void appendBody(uint32_t unit, uint32_t counter, std::string& out) {
    char name[32];
    int length = snprintf(name, sizeof name, "SOS1 %08x %08x ", unit, counter);
    out.append(name, size_t(length));
    out.append(pressBytes - size_t(length), '.');
}

bool tellBody(std::string_view text, Sink& sink) {
    size_t place = text.find("SOS1 ");
    if (place == text.npos || place + 22 > text.size()) return false;
    uint32_t unit = 0, counter = 0;
    std::from_chars(text.data() + place + 5, text.data() + place + 13, unit, 16);
    std::from_chars(text.data() + place + 14, text.data() + place + 22, counter, 16);
    sink.seen(unit, counter);
    return true;
}

void await(Link& link, const std::function<bool()>& done) {
    while (!done()) link.receiveMore();
}

uint64_t numberAt(std::string_view text) {
    uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

void append16(std::string& out, uint16_t value) {
    out.push_back(char(value >> 8));
    out.push_back(char(value));
}

void append32(std::string& out, uint32_t value) {
    append16(out, uint16_t(value >> 16));
    append16(out, uint16_t(value));
}

void append64(std::string& out, uint64_t value) {
    append32(out, uint32_t(value >> 32));
    append32(out, uint32_t(value));
}

uint16_t read16(std::string_view bytes) { return uint16_t(uint8_t(bytes[0]) << 8 | uint8_t(bytes[1])); }
uint32_t read32(std::string_view bytes) { return uint32_t(read16(bytes)) << 16 | read16(bytes.substr(2)); }
