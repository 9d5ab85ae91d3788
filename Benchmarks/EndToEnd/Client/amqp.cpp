// RabbitMQ: AMQP 0-9-1. A press is basic.publish, persistent, to a durable queue, acknowledged by a publisher confirm;
// the console is basic.consume without acknowledgements; a beat is a transient publish to a key that no queue has.
#include "dialect.hpp"

namespace {
using namespace std::string_view_literals;

constexpr uint8_t frameMethod = 1, frameHeader = 2, frameBody = 3;
constexpr uint32_t method(uint16_t group, uint16_t number) { return uint32_t(group) << 16 | number; }
constexpr uint32_t connectionStart = method(10, 10), connectionTune = method(10, 30), connectionOpenOK = method(10, 41),
                   connectionClose = method(10, 50), channelOpenOK = method(20, 11), channelClose = method(20, 40),
                   queueDeclareOK = method(50, 11), confirmSelectOK = method(85, 11), consumeOK = method(60, 21),
                   basicAck = method(60, 80), basicNack = method(60, 120);

void appendFrame(std::string& out, uint8_t type, uint16_t channel, std::string_view payload) {
    out.push_back(char(type));
    append16(out, channel);
    append32(out, uint32_t(payload.size()));
    out.append(payload);
    out.push_back('\xce');
}

void appendShort(std::string& out, std::string_view text) {
    out.push_back(char(text.size()));
    out.append(text);
}

std::string methodBody(uint32_t number, std::string_view arguments) {
    std::string body;
    append32(body, number);
    return body.append(arguments);
}

size_t frameBytes(std::string_view bytes) {
    if (bytes.size() < 7) return 0;
    size_t whole = 7 + size_t(read32(bytes.substr(3))) + 1;
    return bytes.size() >= whole ? whole : 0;
}

class AMQP : public Dialect {
  public:
    using Dialect::Dialect;

    void prepare() override {
        auto link = greeted(Link::consoleUnit);
        declare(*link);
    }

    std::unique_ptr<Link> unit(uint32_t unit) override {
        auto link = greeted(unit);
        call(*link, 1, method(85, 10), "\0"sv, confirmSelectOK);
        return link;
    }

    std::unique_ptr<Link> console() override {
        auto link = greeted(Link::consoleUnit);
        std::string arguments("\0\0"sv);
        appendShort(arguments, "presses");
        appendShort(arguments, "console");
        arguments.push_back(2);  // no-ack
        append32(arguments, 0);
        call(*link, 1, method(60, 20), arguments, consumeOK);
        return link;
    }

    void readStored(Sink& sink) override {
        // Not by the queue's own count, which is behind for a while after a start.
        declare(*greeted(Link::consoleUnit));
        readUntilSilent(*console(), sink);
    }

    void appendPress(Link& link, std::string& out, bool) override {
        std::string body;
        appendBody(link.unit, link.counter, body);
        appendPublish(out, "presses", body, 2);
    }

    void appendBeat(Link&, std::string& out) override {
        // A channel of its own, without confirms.
        appendPublish(out, "beats", "98765", 1, 2);
    }

    void input(Link& link, Sink& sink) override {
        for (size_t bytes; (bytes = frameBytes(link.arrived())) > 0; link.consume(bytes)) {
            auto frame = link.arrived().substr(0, bytes);
            auto payload = frame.substr(7, bytes - 8);
            if (uint8_t(frame[0]) == frameBody) {
                tellBody(payload, sink);
            } else if (uint8_t(frame[0]) == frameMethod) {
                uint32_t number = read32(payload);
                if (number == basicAck) {
                    uint64_t tag = uint64_t(read32(payload.substr(4))) << 32 | read32(payload.substr(8));
                    acknowledge(link, tag, payload[12] & 1, sink);
                } else if (number == basicNack || number == channelClose || number == connectionClose) {
                    throw Failure("rabbitmq refused: " + std::string(payload.substr(4)));
                }
            }
        }
    }

  private:
    /// On a link a press's delivery tag is its counter, for every publish on channel 1 is a press.
    static void acknowledge(Link& link, uint64_t tag, bool multiple, Sink& sink) {
        if (!multiple) return sink.acknowledged(link, uint32_t(tag));
        while (!link.pending.empty() && link.pending.front().counter <= tag) sink.acknowledged(link, 0);
    }

    static void appendPublish(std::string& out, std::string_view key, std::string_view body, uint8_t deliveryMode,
                              uint16_t channel = 1) {
        std::string publish = methodBody(method(60, 40), "\0\0\0"sv);  // the default exchange
        appendShort(publish, key);
        publish.push_back(0);
        appendFrame(out, frameMethod, channel, publish);
        std::string header;
        append16(header, 60);
        append16(header, 0);
        append64(header, body.size());
        append16(header, 0x1000);  // the delivery mode alone
        header.push_back(char(deliveryMode));
        appendFrame(out, frameHeader, channel, header);
        appendFrame(out, frameBody, channel, body);
    }

    std::unique_ptr<Link> greeted(uint32_t unit) {
        auto link = connect(unit);
        link->sendAll("AMQP\0\0\x09\x01"sv);
        awaitMethod(*link, connectionStart);
        std::string start;
        append32(start, 0);  // no client properties
        appendShort(start, "PLAIN");
        append32(start, 12);
        start += "\0guest\0guest"sv;
        appendShort(start, "en_US");
        call(*link, 0, method(10, 11), start, connectionTune);
        std::string tune;
        append16(tune, 8);
        append32(tune, 131'072);
        append16(tune, 0);  // no heartbeats
        std::string out;
        appendFrame(out, frameMethod, 0, methodBody(method(10, 31), tune));
        link->sendAll(out);
        call(*link, 0, method(10, 40), "\x01/\0\0"sv, connectionOpenOK);
        call(*link, 1, method(20, 10), "\0"sv, channelOpenOK);
        call(*link, 2, method(20, 10), "\0"sv, channelOpenOK);
        return link;
    }

    void declare(Link& link) {
        std::string arguments("\0\0"sv);
        appendShort(arguments, "presses");
        arguments.push_back(2);  // durable
        std::string table;
        appendShort(table, "x-queue-type");
        table.push_back('S');
        append32(table, uint32_t(target.queueType.size()));
        table += target.queueType;
        append32(arguments, uint32_t(table.size()));
        call(link, 1, method(50, 10), arguments + table, queueDeclareOK);
    }

    static std::string call(Link& link, uint16_t channel, uint32_t number, std::string_view arguments, uint32_t answer) {
        std::string out;
        appendFrame(out, frameMethod, channel, methodBody(number, arguments));
        link.sendAll(out);
        return awaitMethod(link, answer);
    }

    static std::string awaitMethod(Link& link, uint32_t number) {
        await(link, [&] { return frameBytes(link.arrived()) > 0; });
        size_t bytes = frameBytes(link.arrived());
        std::string payload(link.arrived().substr(7, bytes - 8));
        if (read32(payload) != number) throw Failure("rabbitmq answered otherwise than hoped: " + payload);
        link.consume(bytes);
        return payload;
    }
};
}  // namespace

std::unique_ptr<Dialect> makeAMQP(const Target& target) { return std::make_unique<AMQP>(target); }
