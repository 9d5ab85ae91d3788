// NATS: a press is PUB into a JetStream stream with a reply subject, acknowledged by the stream's answer; the console
// is a push consumer; a beat is a plain PUB.
#include <unistd.h>

#include "dialect.hpp"

namespace {
/// Bytes of the whole protocol message in front, 0 when it is not all there, and its payload.
struct Message {
    size_t bytes = 0;
    std::string_view line, payload;
};

Message messageAt(std::string_view text) {
    size_t end = text.find("\r\n");
    if (end == text.npos) return {};
    auto line = text.substr(0, end);
    if (!line.starts_with("MSG ")) return {end + 2, line, ""};
    size_t length = numberAt(line.substr(line.rfind(' ') + 1));
    if (text.size() < end + 2 + length + 2) return {};
    return {end + 2 + length + 2, line, text.substr(end + 2, length)};
}

class NATS : public Dialect {
  public:
    using Dialect::Dialect;

    void prepare() override {
        auto link = greeted(Link::consoleUnit);
        ask(*link, "$JS.API.STREAM.CREATE.PRESSES",
            R"({"name":"PRESSES","subjects":["presses.*"],"retention":"limits","storage":"file","num_replicas":1,)"
            R"("max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"discard":"old"})");
    }

    std::unique_ptr<Link> unit(uint32_t unit) override {
        auto link = greeted(unit);
        link->sendAll("SUB _INBOX." + std::to_string(unit) + ".* 1\r\n");
        pong(*link);
        return link;
    }

    std::unique_ptr<Link> console() override { return consumer("new"); }

    void readStored(Sink& sink) override {
        readUntilSilent(*consumer("all"), sink);
    }

    void appendPress(Link& link, std::string& out, bool) override {
        auto unit = std::to_string(link.unit);
        out += "PUB presses." + unit + " _INBOX." + unit + "." + std::to_string(link.counter) + " 256\r\n";
        appendBody(link.unit, link.counter, out);
        out += "\r\n";
    }

    void appendBeat(Link& link, std::string& out) override {
        out += "PUB beats." + std::to_string(link.unit) + " 5\r\n98765\r\n";
    }

    void input(Link& link, Sink& sink) override {
        for (Message message; (message = messageAt(link.arrived())).bytes > 0; link.consume(message.bytes)) {
            if (message.line.starts_with("MSG _INBOX.")) {
                if (message.payload.find("\"error\"") != std::string_view::npos)
                    throw Failure("nats: " + std::string(message.payload));
                auto subject = message.line.substr(4, message.line.find(' ', 4) - 4);
                sink.acknowledged(link, uint32_t(numberAt(subject.substr(subject.rfind('.') + 1))));
            } else if (message.line.starts_with("MSG ")) {
                tellBody(message.payload, sink);
            } else if (message.line == "PING") {
                link.write("PONG\r\n");
            } else if (message.line.starts_with("-ERR")) {
                throw Failure("nats: " + std::string(message.line));
            }
        }
    }

  private:
    int consumers = 0;

    /// The server speaks first and in clear: INFO, and behind it TLS.
    std::unique_ptr<Link> greeted(uint32_t unit) {
        auto link = std::make_unique<Link>(unit, target.host, target.port);
        await(*link, [&] { return messageAt(link->arrived()).bytes > 0; });
        link->consume(messageAt(link->arrived()).bytes);
        if (!target.plain) link->startTLS(tls, "", nullptr);
        link->sendAll(std::string("CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"c++\",\"version\":\"1\",") +
                      "\"protocol\":1,\"tls_required\":" + (target.plain ? "false" : "true") + "}\r\n");
        pong(*link);
        return link;
    }

    static void pong(Link& link) {
        link.sendAll("PING\r\n");
        for (bool done = false; !done;) {
            await(link, [&] { return messageAt(link.arrived()).bytes > 0; });
            Message message = messageAt(link.arrived());
            if (message.line.starts_with("-ERR")) throw Failure("nats: " + std::string(message.line));
            done = message.line == "PONG";
            link.consume(message.bytes);
        }
    }

    static std::string ask(Link& link, const std::string& subject, const std::string& question) {
        link.sendAll("SUB _ASK.1 9\r\nPUB " + subject + " _ASK.1 " + std::to_string(question.size()) + "\r\n" +
                     question + "\r\n");
        for (;;) {
            await(link, [&] { return messageAt(link.arrived()).bytes > 0; });
            Message message = messageAt(link.arrived());
            std::string payload(message.payload);
            bool answered = message.line.starts_with("MSG _ASK.1");
            link.consume(message.bytes);
            if (!answered) continue;
            if (payload.find("\"error\"") != payload.npos) throw Failure("nats: " + payload);
            return payload;
        }
    }

    /// Deliveries begin before the answer of making the consumer, on the same connection, or after it.
    std::unique_ptr<Link> consumer(const std::string& from) {
        auto link = greeted(Link::consoleUnit);
        std::string subject = "deliver." + std::to_string(getpid()) + "." + std::to_string(consumers++);
        link->sendAll("SUB " + subject + " 2\r\n");
        pong(*link);
        std::string question = R"({"stream_name":"PRESSES","config":{"deliver_subject":")" + subject +
                               R"(","deliver_policy":")" + from + R"(","ack_policy":"none","replay_policy":"instant"}})";
        link->sendAll("SUB _MADE.1 3\r\nPUB $JS.API.CONSUMER.CREATE.PRESSES _MADE.1 " + std::to_string(question.size()) +
                      "\r\n" + question + "\r\n");
        await(*link, [&] {
            auto text = link->arrived();
            size_t place = text.find("MSG _MADE.1 ");
            if (place == text.npos) return false;
            Message message = messageAt(text.substr(place));
            if (message.payload.find("\"error\"") != std::string_view::npos)
                throw Failure("nats: " + std::string(message.payload));
            return message.bytes > 0;
        });
        return link;
    }
};
}  // namespace

std::unique_ptr<Dialect> makeNATS(const Target& target) { return std::make_unique<NATS>(target); }
