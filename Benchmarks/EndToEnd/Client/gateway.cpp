// SOSGateway: frames of Docs/unit-protocol.md over mutual TLS, and the console's HTTPS with its event stream.
#include <time.h>

#include "dialect.hpp"

namespace {
constexpr uint8_t typeHello = 0x01, typeWelcome = 0x02, typeHeartbeat = 0x03, typePress = 0x10, typeStage = 0x14,
                  typeUnable = 0x22;
constexpr size_t headerBytes = 4;

std::string unitID(uint32_t unit) {
    char id[16];
    snprintf(id, sizeof id, "U-%04u", unit);
    return id;
}

uint64_t wallMs() {
    timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return uint64_t(now.tv_sec) * 1000 + uint64_t(now.tv_nsec) / 1'000'000;
}

/// The text behind `"key":"` or the number behind `"key":`.
std::string_view valueOf(std::string_view key, std::string_view json) {
    size_t place = json.find(key);
    if (place == json.npos) return "";
    auto rest = json.substr(place + key.size());
    return rest.substr(0, rest.find_first_of("\",}"));
}

class Gateway : public Dialect {
  public:
    using Dialect::Dialect;

    std::unique_ptr<Link> unit(uint32_t unit) override {
        std::string id = unitID(unit);
        auto link = connect(unit, target.pki + "/units/" + id, "sos-unit/1");
        std::string body;
        append32(body, 0x0100'0000);  // version 1.0, no flags
        append32(body, 1);            // boot
        append32(body, 1);            // firmware
        append32(body, 0);            // capabilities
        append64(body, wallMs());
        body += char(id.size()) + id + char(0);
        std::string frame;
        appendHeader(frame, typeHello, body.size());
        link->sendAll(frame + body);
        await(*link, [&] { return hasFrame(link->arrived()); });
        if (uint8_t(link->arrived()[2]) != typeWelcome) throw Failure("the gateway did not welcome " + id);
        link->consume(frameBytes(link->arrived()));
        return link;
    }

    /// 256 bytes on the wire: the 36 of a press and 220 that a newer version might have, which the gateway skips.
    void appendPress(Link& link, std::string& out, bool) override {
        appendHeader(out, typePress, pressBytes - headerBytes);
        append32(out, 1);
        append32(out, link.counter);
        append64(out, wallMs());
        append32(out, 0x0100'0000);  // police, no position
        out.append(pressBytes - headerBytes - 20, '\0');
    }

    void appendBeat(Link&, std::string& out) override {
        appendHeader(out, typeHeartbeat, 5);
        out.append("\x01\x62\xb9\xf4\x00", 5);
    }

    void input(Link& link, Sink& sink) override {
        if (link.unit == Link::consoleUnit) return readEvents(link, sink);
        while (hasFrame(link.arrived())) {
            auto frame = link.arrived().substr(0, frameBytes(link.arrived()));
            if (uint8_t(frame[2]) == typeStage)
                sink.acknowledged(link, read32(frame.substr(headerBytes + 12)));
            else if (uint8_t(frame[2]) == typeUnable)
                throw Failure("the gateway answered unable " + std::to_string(read16(frame.substr(headerBytes))));
            link.consume(frame.size());
        }
    }

    std::unique_ptr<Link> console() override {
        auto link = signedIn();
        link->sendAll("GET /v1/events HTTP/1.1\r\nHost: localhost\r\nCookie: " + cookie + "\r\n\r\n");
        await(*link, [&] { return link->arrived().find("event: ready") != std::string_view::npos; });
        return link;
    }

    /// The number of presses of each unit's alert says which are there: a unit's presses are stored in order.
    void readStored(Sink& sink) override {
        auto link = signedIn();
        link->sendAll("GET /v1/centres/bench/alerts HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: " +
                      cookie + "\r\n\r\n");
        try {
            for (;;) link->receiveMore();
        } catch (const Ended&) {
        }
        auto text = link->arrived();
        for (size_t place; (place = text.find("\"unit\":\"U-")) != text.npos;) {
            text.remove_prefix(place + 10);
            uint32_t unit = uint32_t(numberAt(text));
            uint64_t count = numberAt(valueOf("\"press_count\":", text));
            for (uint32_t counter = 1; counter <= count; counter++) sink.seen(unit, counter);
        }
    }

  private:
    std::string cookie;

    static void appendHeader(std::string& out, uint8_t type, size_t bodyBytes) {
        append16(out, uint16_t(bodyBytes));
        out.push_back(char(type));
        out.push_back(0);
    }
    static size_t frameBytes(std::string_view bytes) { return headerBytes + read16(bytes); }
    static bool hasFrame(std::string_view bytes) {
        return bytes.size() >= headerBytes && bytes.size() >= frameBytes(bytes);
    }

    /// A connection to the console's port with a session; the password costs the gateway some 100 ms once.
    std::unique_ptr<Link> signedIn() {
        auto link = std::make_unique<Link>(Link::consoleUnit, target.host, target.consolePort);
        link->startTLS(tls, "", "http/1.1");
        if (!cookie.empty()) return link;
        std::string body = "{\"officer\":\"bench\",\"password\":\"" + target.password + "\"}";
        link->sendAll("POST /v1/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
                      std::to_string(body.size()) + "\r\n\r\n" + body);
        await(*link, [&] { return link->arrived().find("\"centres\"") != std::string_view::npos; });
        auto answer = link->arrived();
        size_t place = answer.find("__Host-sos_session=");
        if (place == answer.npos) throw Failure("the gateway refused the officer");
        cookie = answer.substr(place, answer.find(';', place) - place);
        link->consume(answer.size());
        return link;
    }

    /// Each line `data: {…"unit":"U-…"…}` of the stream is one alert; the chunks' own lines are passed over.
    /// While one unit presses, an alert's count of presses is the counter of its last press.
    void readEvents(Link& link, Sink& sink) {
        for (;;) {
            auto text = link.arrived();
            size_t end = text.find('\n');
            if (end == text.npos) return;
            auto line = text.substr(0, end);
            auto count = valueOf("\"press_count\":", line);
            auto unit = valueOf("\"unit\":\"U-", line);
            if (!count.empty() && !unit.empty()) sink.seen(uint32_t(numberAt(unit)), uint32_t(numberAt(count)));
            link.consume(end + 1);
        }
    }
};
}  // namespace

std::unique_ptr<Dialect> makeGateway(const Target& target) { return std::make_unique<Gateway>(target); }
