// The whole way of an answer, against a script of any bytes: a real engine sends to a network that
// is written here, which answers with fields spoiled at will, from anywhere, to any port, at any
// time, or with garbage. After each arrival the three-of-four rule is judged a second time, from
// what was sent; in the end the books must balance and each probe have one outcome.
#include <algorithm>
#include <bit>
#include <map>
#include <string>
#include <vector>

#include "fuzz_check.hpp"
#include "fuzz_input.hpp"
#include "sipping/probe/engine.hpp"

using namespace sipping;

namespace {

constexpr Duration timeout = 100ms;
constexpr Duration late_window = 2s;
constexpr std::uint32_t sockets = 4;
constexpr std::size_t rounds_max = 200;

std::string header(std::string_view message, std::string_view name) {
    const std::string key = "\r\n" + std::string(name) + ": ";
    const std::size_t begin = message.find(key) + key.size();
    return std::string(message.substr(begin, message.find("\r\n", begin) - begin));
}

/// A request as it left.
struct Sent {
    std::string via, from, to, call_id, cseq;
    Endpoint asked;
    std::uint32_t socket = 0;
    Instant at{};
};

class Counter final : public probe::ResultSink {
public:
    void sent(const SentProbe&) noexcept override {}
    void settled(const Settled& settled) noexcept override { ++settled_of[settled.call_id]; }
    void gap(const Gap&) noexcept override {}
    void icmp(std::uint32_t, const Endpoint&, std::uint64_t, const IcmpError&,
              Instant) noexcept override {}
    void result(const ProbeResult& result) noexcept override {
        ++rows;
        last = result.call_id;
        ++of[static_cast<std::size_t>(result.kind)];
        if (result.kind != Kind::late && result.kind != Kind::duplicate)
            FUZZ_CHECK(++ended[result.call_id] == 1);
        else
            FUZZ_CHECK(ended[result.call_id] == 1);
        FUZZ_CHECK(result.latency >= Duration::zero());
        FUZZ_CHECK(result.kind != Kind::reply || result.latency <= timeout);
    }

    std::uint64_t rows = 0;
    std::uint64_t last = 0;
    std::array<std::uint64_t, kind_count> of{};
    std::map<std::uint64_t, int> ended;
    std::map<std::uint64_t, int> settled_of;
};

class Script {
public:
    explicit Script(FuzzInput input) : input_(input) {
        for (std::uint8_t i = 0; i < 2; ++i) {
            Address address = *parse_address("192.0.2.1");
            address.bytes[3] = static_cast<std::uint8_t>(1 + i);
            targets_.push_back({.endpoint = {address, 5060},
                                .interval = 20ms,
                                .timeout = timeout,
                                .name = "target"});
            wire::RequestFields fields;
            fields.target_host = to_string(address);
            fields.via_host = "198.51.100.1";
            requests_.emplace_back(fields);
        }
        std::vector<probe::PoolPort> ports;
        for (std::uint16_t i = 0; i < sockets; ++i)
            ports.push_back({Family::v4, static_cast<std::uint16_t>(40'000 + i)});
        probe::EngineOptions options;
        options.late_window = late_window;
        options.identities = 1024;
        options.key = Key{3, 4};
        engine_.emplace(options, targets_, requests_, ports, counter_);
        engine_->begin(now_);
    }

    void run() {
        for (std::size_t round = 0; round < rounds_max && !input_.empty(); ++round) {
            send();
            now_ += 1ms * (input_.byte() % 64);
            step();
        }
        engine_->stop();
        while (!engine_->finished(now_)) {
            now_ += 50ms;
            turn();
        }
        check_end();
    }

private:
    [[nodiscard]] ClockReading reading() const { return {now_, 1'700'000'000s}; }

    void send() {
        engine_->start_due(reading(), outbox_);
        for (probe::Outgoing& out : outbox_.entries()) {
            out.sent = now_;
            if (out.probe == probe::no_probe) continue;
            const std::string text{out.text()};
            sent_.push_back({header(text, "Via"), header(text, "From"), header(text, "To"),
                             header(text, "Call-ID"), header(text, "CSeq"), out.to, out.socket,
                             now_});
            if (input_.byte() == 255) inbox_.send_failures.push_back({out.probe, out.socket, 1});
        }
        engine_->on_submitted(outbox_, reading());
        outbox_.clear();
        if (!inbox_.send_failures.empty()) turn();
    }

    /// What is in the inbox comes in.
    void turn() {
        inbox_.read_until = now_;
        static_cast<void>(engine_->next_deadline(now_));
        engine_->on_inbox(inbox_, reading());
        inbox_.clear();
        const probe::EngineCounts& counts = engine_->counts();
        FUZZ_CHECK(counts.due == counts.sent + counts.skipped + counts.local + counts.send_error);
    }

    void step() {
        switch (input_.byte() % 8) {
            case 0: return turn();
            case 1: return garbage();
            case 2: return icmp();
            case 3: return move();
            default: return answer();
        }
    }

    void arrive(std::string_view bytes, const Endpoint& from, std::uint32_t socket) {
        inbox_.arrivals.push_back(
            {.at = now_, .kernel_stamped = true, .socket = socket, .from = from, .bytes = bytes});
        turn();
    }

    void garbage() {
        const std::string bytes{input_.text()};
        arrive(bytes, targets_[0].endpoint, input_.byte() % sockets);
    }

    void icmp() {
        if (sent_.empty()) return;
        const Sent& probe = sent_[sent_.size() - 1 - input_.byte() % sent_.size()];
        inbox_.icmp_errors.push_back(
            {.at = now_,
             .error = {.family = Family::v4, .type = 3, .code = input_.byte()},
             .local_port = static_cast<std::uint16_t>(40'000 + probe.socket),
             .to = probe.asked,
             .call_id = (input_.byte() & 1) != 0 ? std::stoull(probe.call_id) : 0});
        turn();
    }

    void move() {
        const std::uint32_t target = input_.byte() % 2;
        const Endpoint before = targets_[target].endpoint;
        targets_[target].endpoint.address.bytes[3] =
            static_cast<std::uint8_t>(1 + target * 100 + input_.byte() % 100);
        engine_->moved(target, before, now_);
        turn();
    }

    /// A field of this probe: as it was, another probe's, or changed in one place. Says whether it
    /// still is this probe's.
    bool spoil(std::string& field, std::string Sent::*which, const Sent& probe, unsigned how) {
        field = probe.*which;
        if (how == 1) {
            field = sent_[input_.byte() % sent_.size()].*which;
        } else if (how == 2) {
            field = input_.text(input_.byte() % 40);
            std::erase_if(field, [](char c) { return c == '\r' || c == '\n'; });
        } else if (how == 3 && !field.empty()) {
            char& c = field[input_.byte() % field.size()];
            c = c == '7' ? '8' : '7';
        }
        return field == probe.*which;
    }

    void answer() {
        if (sent_.empty()) return;
        const Sent& probe = sent_[sent_.size() - 1 - input_.byte() % sent_.size()];
        const unsigned how = input_.byte();
        std::string via, from, call_id, cseq;
        const bool same[4] = {spoil(call_id, &Sent::call_id, probe, how & 3),
                              spoil(via, &Sent::via, probe, how >> 2 & 3),
                              spoil(from, &Sent::from, probe, how >> 4 & 3),
                              spoil(cseq, &Sent::cseq, probe, how >> 6)};
        const std::uint8_t path = input_.byte();
        Endpoint source = probe.asked;
        if ((path & 1) != 0) source.port = 6060;
        const std::uint32_t socket = (path & 2) != 0 ? (path >> 2) % sockets : probe.socket;
        static constexpr const char* codes[] = {"200 OK", "503 Busy", "100 Trying", "404 No"};
        const std::string text = std::string("SIP/2.0 ") + codes[path >> 4 & 3] +
                                 "\r\nVia: " + via + "\r\nFrom: " + from + "\r\nTo: " + probe.to +
                                 "\r\nCall-ID: " + call_id + "\r\nCSeq: " + cseq +
                                 "\r\nContent-Length: 0\r\n\r\n";
        const std::uint64_t foreign = engine_->counts().foreign;
        const std::uint64_t malformed = malformed_in_all();
        const std::uint64_t requests = engine_->counts().requests;
        counter_.last = 0;
        const std::uint64_t further = further_rows();
        arrive(text, source, socket);
        if (malformed_in_all() != malformed || engine_->counts().requests != requests) return;
        // Remembered for sure, and fields untouched or of this very probe: the rule has one answer.
        const int agreeing = static_cast<int>(std::count(std::begin(same), std::end(same), true));
        const bool very_path = source == probe.asked && socket == probe.socket;
        if (now_ - probe.at > late_window - 200ms) return;
        if (agreeing >= 3 || (same[0] && very_path && agreeing >= 1 && untouched(how)))
            FUZZ_CHECK(engine_->counts().foreign == foreign || refused(probe));
        if (further_rows() != further) FUZZ_CHECK(counter_.last != 0);
    }

    /// No field is another probe's, or changed so that it may have become one.
    static bool untouched(unsigned how) {
        for (unsigned field = 0; field < 4; ++field)
            if ((how >> (2 * field) & 3) == 1) return false;
        return true;
    }
    /// It never left, so that any answer to it is a stranger's.
    [[nodiscard]] bool refused(const Sent& probe) const {
        return counter_.of[static_cast<std::size_t>(Kind::send_error)] > 0 &&
               counter_.ended.contains(std::stoull(probe.call_id));
    }
    [[nodiscard]] std::uint64_t further_rows() const {
        return counter_.of[static_cast<std::size_t>(Kind::late)] +
               counter_.of[static_cast<std::size_t>(Kind::duplicate)];
    }
    [[nodiscard]] std::uint64_t malformed_in_all() const {
        std::uint64_t sum = engine_->counts().keep_alives;
        for (const std::uint64_t count : engine_->counts().malformed)
            sum += count;
        return sum;
    }

    void check_end() {
        const probe::EngineCounts& counts = engine_->counts();
        const auto of = [&](Kind kind) { return counter_.of[static_cast<std::size_t>(kind)]; };
        FUZZ_CHECK(counts.sent == of(Kind::reply) + of(Kind::provisional) + of(Kind::timeout) +
                                      of(Kind::icmp) + of(Kind::pending));
        FUZZ_CHECK(counts.send_error == of(Kind::send_error));
        FUZZ_CHECK(counts.local == of(Kind::local));
        FUZZ_CHECK(counter_.ended.size() == counts.sent + counts.send_error + counts.local);
        for (const Sent& probe : sent_)
            FUZZ_CHECK(counter_.settled_of[std::stoull(probe.call_id)] == 1);
    }

    FuzzInput input_;
    target::TargetTable targets_;
    std::vector<wire::RequestTemplate> requests_;
    Counter counter_;
    std::optional<probe::Engine> engine_;
    probe::Outbox outbox_;
    probe::Inbox inbox_;
    std::vector<Sent> sent_;
    Instant now_{100s};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Script(FuzzInput(data, size)).run();
    return 0;
}
