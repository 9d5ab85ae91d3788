// MQTT 3.1.1: CONNECT, PUBLISH at QoS 1 with PUBACK, PUBLISH at QoS 0, SUBSCRIBE.
#include "dialect.hpp"

namespace {
constexpr uint8_t packetConnack = 2, packetPublish = 3, packetPuback = 4, packetSuback = 9;

void appendText(std::string& out, std::string_view text) {
    append16(out, uint16_t(text.size()));
    out.append(text);
}

void appendPacket(std::string& out, uint8_t first, std::string_view body) {
    out.push_back(char(first));
    size_t length = body.size();
    do {
        out.push_back(char((length & 0x7f) | (length > 0x7f ? 0x80 : 0)));
        length >>= 7;
    } while (length > 0);
    out.append(body);
}

struct Packet {
    uint8_t type = 0, flags = 0;
    std::string_view body;
    size_t bytes = 0;
};

/// The packet in front, or one of 0 bytes when it is not whole.
Packet packetAt(std::string_view text) {
    size_t length = 0, place = 1;
    for (int shift = 0;; shift += 7) {
        if (place >= text.size()) return {};
        uint8_t byte = uint8_t(text[place++]);
        length |= size_t(byte & 0x7f) << shift;
        if (!(byte & 0x80)) break;
    }
    if (text.size() < place + length) return {};
    return {uint8_t(uint8_t(text[0]) >> 4), uint8_t(text[0] & 15), text.substr(place, length), place + length};
}

class MQTT : public Dialect {
  public:
    using Dialect::Dialect;

    /// The broker keeps what is published for sessions that have subscribed, so there is one from the start.
    void prepare() override { subscribed(); }

    std::unique_ptr<Link> unit(uint32_t unit) override { return greeted(unit, "unit-" + std::to_string(unit), true); }

    std::unique_ptr<Link> console() override { return subscribed(); }

    /// What is left for the subscribed session comes by itself.
    void readStored(Sink& sink) override { readUntilSilent(*subscribed(), sink); }

    void appendPress(Link& link, std::string& out, bool) override {
        link.tag = link.tag % 65'535 + 1;
        std::string body;
        appendText(body, "presses/" + std::to_string(link.unit));
        append16(body, uint16_t(link.tag));
        appendBody(link.unit, link.counter, body);
        appendPacket(out, packetPublish << 4 | 1 << 1, body);
    }

    void appendBeat(Link& link, std::string& out) override {
        std::string body;
        appendText(body, "beats/" + std::to_string(link.unit));
        appendPacket(out, packetPublish << 4, body + "98765");
    }

    void input(Link& link, Sink& sink) override {
        std::string answers;
        for (;;) {
            Packet packet = packetAt(link.arrived());
            if (packet.bytes == 0) break;
            if (packet.type == packetPuback) {
                sink.acknowledged(link, 0);
            } else if (packet.type == packetPublish) {
                size_t topicBytes = 2 + size_t(read16(packet.body));
                if (packet.flags & 2) {
                    std::string id(packet.body.substr(topicBytes, 2));
                    appendPacket(answers, packetPuback << 4, id);
                }
                tellBody(packet.body.substr(topicBytes), sink);
            }
            link.consume(packet.bytes);
        }
        if (!answers.empty()) link.write(answers);
    }

    bool storesForSubscribersOnly() const override { return true; }

  private:
    std::unique_ptr<Link> greeted(uint32_t unit, const std::string& name, bool clean) {
        auto link = connect(unit);
        std::string body;
        appendText(body, "MQTT");
        body += char(4);
        body += char(clean ? 2 : 0);
        append16(body, 0);  // no keep-alive
        appendText(body, name);
        std::string packet;
        appendPacket(packet, 0x10, body);
        link->sendAll(packet);
        awaitPacket(*link, packetConnack);
        return link;
    }

    std::unique_ptr<Link> subscribed() {
        auto link = greeted(Link::consoleUnit, "console", false);
        std::string body;
        append16(body, 1);
        appendText(body, "presses/#");
        body += char(1);
        std::string packet;
        appendPacket(packet, 0x82, body);
        link->sendAll(packet);
        awaitPacket(*link, packetSuback);
        return link;
    }

    void awaitPacket(Link& link, uint8_t type) {
        for (;;) {
            await(link, [&] { return packetAt(link.arrived()).bytes > 0; });
            Packet packet = packetAt(link.arrived());
            if (packet.type == type) {
                if (packet.body.back() > 2) throw Failure("the broker refused the connection or subscription");
                link.consume(packet.bytes);
                return;
            }
            // A kept session's messages may stand before the SUBACK: they are left for whoever reads on.
            if (packet.type == packetPublish) return;
            link.consume(packet.bytes);
        }
    }
};
}  // namespace

std::unique_ptr<Dialect> makeMQTT(const Target& target) { return std::make_unique<MQTT>(target); }
