// PostgreSQL: protocol 3.0, extended query with prepared statements. A press is one INSERT in a transaction of its
// own, acknowledged by ReadyForQuery, which comes after the commit; with a console listening it notifies, too.
#include "dialect.hpp"

namespace {
void appendMessage(std::string& out, char type, std::string_view body) {
    out.push_back(type);
    append32(out, uint32_t(body.size() + 4));
    out.append(body);
}

using namespace std::string_literals;
using namespace std::string_view_literals;

class Postgres : public Dialect {
  public:
    using Dialect::Dialect;

    void prepare() override {
        auto link = greeted(Link::consoleUnit);
        query(*link, "CREATE TABLE IF NOT EXISTS presses (unit int, counter int, body text)");
        query(*link, "CREATE UNLOGGED TABLE IF NOT EXISTS beats (unit int PRIMARY KEY, value text) WITH (fillfactor = 50)");
        query(*link, "INSERT INTO beats SELECT g, '' FROM generate_series(0, 9999) g ON CONFLICT DO NOTHING");
    }

    std::unique_ptr<Link> unit(uint32_t unit) override {
        auto link = greeted(unit);
        std::string out;
        appendParse(out, "p", "INSERT INTO presses VALUES ($1, $2, $3)", {23, 23, 25});
        appendParse(out, "n",
                    "WITH stored AS (INSERT INTO presses VALUES ($1, $2, $3)) SELECT pg_notify('presses', $3)",
                    {23, 23, 25});
        appendParse(out, "h", "UPDATE beats SET value = $2 WHERE unit = $1", {23, 25});
        appendMessage(out, 'S', "");
        link->sendAll(out);
        awaitReady(*link);
        return link;
    }

    std::unique_ptr<Link> console() override {
        auto link = greeted(Link::consoleUnit);
        query(*link, "LISTEN presses");
        return link;
    }

    void readStored(Sink& sink) override {
        auto link = greeted(Link::consoleUnit);
        std::string out;
        appendMessage(out, 'Q', "SELECT body FROM presses\0"sv);
        link->sendAll(out);
        for (bool ready = false; !ready; link->compact()) {
            link->receiveMore();
            for (size_t bytes; (bytes = messageBytes(link->arrived())) > 0; link->consume(bytes)) {
                if (link->arrived()[0] == 'D') tellBody(link->arrived().substr(0, bytes), sink);
                ready = link->arrived()[0] == 'Z';
            }
        }
    }

    void appendPress(Link& link, std::string& out, bool announced) override {
        std::string body;
        appendBody(link.unit, link.counter, body);
        std::string bind = announced ? "\0n\0"s : "\0p\0"s;
        append16(bind, 3);  // formats of the three parameters: binary, binary, text
        append16(bind, 1);
        append16(bind, 1);
        append16(bind, 0);
        append16(bind, 3);
        append32(bind, 4);
        append32(bind, link.unit);
        append32(bind, 4);
        append32(bind, link.counter);
        append32(bind, uint32_t(body.size()));
        bind += body;
        append16(bind, 0);
        appendRun(out, bind);
    }

    void appendBeat(Link& link, std::string& out) override {
        std::string bind = "\0h\0"s;
        append16(bind, 2);
        append16(bind, 1);
        append16(bind, 0);
        append16(bind, 2);
        append32(bind, 4);
        append32(bind, link.unit);
        append32(bind, 5);
        bind += "98765";
        append16(bind, 0);
        appendRun(out, bind);
    }

    void input(Link& link, Sink& sink) override {
        for (size_t bytes; (bytes = messageBytes(link.arrived())) > 0; link.consume(bytes)) {
            auto message = link.arrived().substr(0, bytes);
            switch (message[0]) {
            case 'C': link.answering = message[5]; break;  // the command's name: INSERT, SELECT or UPDATE
            case 'Z':
                if (link.answering == 'I' || link.answering == 'S') sink.acknowledged(link, 0);
                link.answering = 0;
                break;
            case 'A': tellBody(message, sink); break;
            case 'E':
                // 57P01 and its like: the server is going.
                if (message.find("C57P") != message.npos) throw Ended("postgres ends the connection");
                fail(message);
            }
        }
    }

  private:

    static size_t messageBytes(std::string_view bytes) {
        if (bytes.size() < 5) return 0;
        size_t whole = 1 + size_t(read32(bytes.substr(1)));
        return bytes.size() >= whole ? whole : 0;
    }

    [[noreturn]] static void fail(std::string_view message) {
        std::string text(message.substr(5));
        for (char& byte : text)
            if (byte == 0) byte = ' ';
        throw Failure("postgres: " + text);
    }

    static void appendParse(std::string& out, std::string_view name, std::string_view statement,
                            std::initializer_list<uint32_t> types) {
        std::string body(name);
        body.push_back(0);
        body.append(statement);
        body.push_back(0);
        append16(body, uint16_t(types.size()));
        for (auto type : types) append32(body, type);
        appendMessage(out, 'P', body);
    }

    /// Bind, Execute, Sync.
    static void appendRun(std::string& out, std::string_view bind) {
        appendMessage(out, 'B', bind);
        appendMessage(out, 'E', "\0\0\0\0\0"sv);
        appendMessage(out, 'S', "");
    }

    std::unique_ptr<Link> greeted(uint32_t unit) {
        auto link = std::make_unique<Link>(unit, target.host, target.port);
        std::string out;
        if (!target.plain) {
            append32(out, 8);
            append32(out, 80'877'103);  // SSLRequest
            link->sendAll(out);
            await(*link, [&] { return !link->arrived().empty(); });
            if (link->arrived()[0] != 'S') throw Failure("postgres has no TLS");
            link->consume(1);
            link->startTLS(tls, "", nullptr);
        }
        std::string body;
        append32(body, 3 << 16);
        body += "user\0bench\0database\0postgres\0\0"sv;
        out.clear();
        append32(out, uint32_t(body.size() + 4));
        link->sendAll(out + body);
        awaitReady(*link);
        return link;
    }

    static void query(Link& link, std::string text) {
        std::string out;
        text.push_back(0);
        appendMessage(out, 'Q', text);
        link.sendAll(out);
        awaitReady(link);
    }

    static void awaitReady(Link& link) {
        for (bool ready = false; !ready;) {
            await(link, [&] { return messageBytes(link.arrived()) > 0; });
            size_t bytes = messageBytes(link.arrived());
            if (link.arrived()[0] == 'E') fail(link.arrived().substr(0, bytes));
            ready = link.arrived()[0] == 'Z';
            link.consume(bytes);
        }
    }
};
}  // namespace

std::unique_ptr<Dialect> makePostgres(const Target& target) { return std::make_unique<Postgres>(target); }
