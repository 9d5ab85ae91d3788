// Redis: RESP2. A press is XADD to one stream; the console is XREAD BLOCK; a beat is PUBLISH, which enters no log.
#include <unistd.h>

#include "dialect.hpp"

namespace {
void appendCommand(std::string& out, std::initializer_list<std::string_view> words) {
    out += "*" + std::to_string(words.size()) + "\r\n";
    for (auto word : words) {
        out += "$" + std::to_string(word.size()) + "\r\n";
        out.append(word);
        out += "\r\n";
    }
}

/// Bytes of the whole reply in front; 0 when it is not all there.
size_t replyBytes(std::string_view text) {
    size_t end = text.find("\r\n");
    if (end == text.npos) return 0;
    size_t bytes = end + 2;
    if (text[0] == '$' && text[1] != '-') {
        bytes += numberAt(text.substr(1)) + 2;
        return bytes <= text.size() ? bytes : 0;
    }
    if (text[0] == '*' && text[1] != '-') {
        for (uint64_t left = numberAt(text.substr(1)); left > 0; left--) {
            size_t inner = replyBytes(text.substr(bytes));
            if (inner == 0) return 0;
            bytes += inner;
        }
    }
    return bytes;
}

class Redis : public Dialect {
  public:
    using Dialect::Dialect;

    std::unique_ptr<Link> unit(uint32_t unit) override {
        auto link = connect(unit);
        reply(*link, {"PING"});
        return link;
    }

    std::unique_ptr<Link> console() override {
        auto link = connect(Link::consoleUnit);
        lastID = "$";
        std::string out;
        appendRead(out);
        link->sendAll(out);
        return link;
    }

    void readStored(Sink& sink) override {
        auto link = connect(Link::consoleUnit);
        for (std::string from = "-";;) {
            auto text = reply(*link, {"XRANGE", "presses", from, "+", "COUNT", "2000"});
            std::string last = tellEntries(text, sink);
            if (last.empty()) return;
            from = "(" + last;
        }
    }

    void appendPress(Link& link, std::string& out, bool) override {
        std::string body;
        appendBody(link.unit, link.counter, body);
        appendCommand(out, {"XADD", "presses", "*", "b", body});
    }

    void appendBeat(Link&, std::string& out) override { appendCommand(out, {"PUBLISH", "beats", "98765"}); }

    void input(Link& link, Sink& sink) override {
        for (size_t bytes; (bytes = replyBytes(link.arrived())) > 0; link.consume(bytes)) {
            auto text = link.arrived().substr(0, bytes);
            if (text[0] == '-') throw Failure("redis: " + std::string(text));
            if (text[0] == '$') sink.acknowledged(link, 0);
            if (text[0] == '*' && text[1] != '-') {
                std::string last = tellEntries(text, sink);
                if (!last.empty()) lastID = last;
                std::string out;
                appendRead(out);
                link.write(out);
            }
        }
    }

  private:
    std::string lastID;

    void appendRead(std::string& out) {
        appendCommand(out, {"XREAD", "BLOCK", "0", "STREAMS", "presses", lastID});
    }

    std::string reply(Link& link, std::initializer_list<std::string_view> words) {
        std::string out;
        appendCommand(out, words);
        link.sendAll(out);
        await(link, [&] { return replyBytes(link.arrived()) > 0; });
        std::string text(link.arrived().substr(0, replyBytes(link.arrived())));
        link.consume(text.size());
        link.compact();
        if (text.starts_with("-LOADING")) {  // started again, and still reading its log
            usleep(100'000);
            return reply(link, words);
        }
        if (text[0] == '-') throw Failure("redis: " + text);
        return text;
    }

    /// Tells every press in a reply. - Returns the last entry's id.
    static std::string tellEntries(std::string_view text, Sink& sink) {
        std::string last;
        for (size_t place; (place = text.find("SOS1 ")) != text.npos; text.remove_prefix(place + pressBytes)) {
            // The id stands before the list of fields: `$15\r\n1700000000000-0\r\n*2\r\n$1\r\nb\r\n$256\r\nSOS1 …`.
            auto before = text.substr(0, place);
            size_t fields = before.rfind("\r\n*2\r\n");
            size_t start = before.rfind('\n', fields - 1) + 1;
            last = before.substr(start, fields - start);
            tellBody(text.substr(place), sink);
        }
        return last;
    }
};
}  // namespace

std::unique_ptr<Dialect> makeRedis(const Target& target) { return std::make_unique<Redis>(target); }
