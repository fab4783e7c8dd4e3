// The whole match path: an engine in virtual time, and arrivals whose bytes, sender and port are
// edits of the right answers. A slow oracle beside it knows every probe in full and compares text
// by text; each row must be the one it expects, each probe must end exactly once, and the books
// must balance after every turn.
#include <cerrno>
#include <string>
#include <vector>

#include "fuzz_check.hpp"
#include "fuzz_input.hpp"
#include "match_oracle.hpp"
#include "sipping/probe/engine.hpp"

using namespace sipping;

namespace {

constexpr std::uint32_t sockets = 4;
constexpr int steps_max = 400;

std::vector<probe::PoolPort> pool() {
    std::vector<probe::PoolPort> ports;
    for (std::uint32_t i = 0; i < sockets; ++i)
        ports.push_back({Family::v4, static_cast<std::uint16_t>(fuzz::first_port + i)});
    return ports;
}

target::TargetTable targets() {
    target::TargetTable table;
    for (const char* address : {"192.0.2.1", "192.0.2.2"})
        table.push_back({.endpoint = {*parse_address(address), 5060},
                         .interval = 10ms,
                         .timeout = table.empty() ? 50ms : 80ms,
                         .name = address});
    return table;
}

class Run {
public:
    explicit Run(FuzzInput input)
        : input_(input),
          targets_(targets()),
          options_(options(input_.byte())),
          requests_(templates()),
          oracle_(targets_, options_),
          engine_(options_, targets_, requests_, pool(), oracle_) {
        engine_.begin(now_);
    }

    void until_the_end() {
        for (int step = 0; step < steps_max && !input_.empty() && !oracle_.undecided(); ++step)
            turn();
        engine_.stop();
        deliver();
        now_ += 1h;
        deliver();
        if (oracle_.undecided()) return;
        FUZZ_CHECK(engine_.in_flight() == 0 && engine_.finished(now_));
        oracle_.at_the_end();
    }

private:
    static probe::EngineOptions options(std::uint8_t bits) {
        probe::EngineOptions options;
        options.late_window = 300ms;
        options.identities = (bits & 1) != 0 ? 16 : 1024;  // 16: some are forgotten early
        options.site = (bits & 2) != 0 ? "noc" : "";
        options.port_policy =
            (bits & 4) != 0 ? probe::PortPolicy::fixed : probe::PortPolicy::rotate;
        options.key = Key{bits, 77};
        return options;
    }
    std::vector<wire::RequestTemplate> templates() const {
        std::vector<wire::RequestTemplate> all;
        for (const target::Target& target : targets_) {
            wire::RequestFields fields;
            fields.target_host = target.name;
            fields.via_host = "198.51.100.1";
            fields.site = options_.site;
            all.emplace_back(fields);
        }
        return all;
    }

    void turn() {
        switch (input_.below(9)) {
            case 0: now_ += std::chrono::milliseconds{input_.byte()}; break;
            case 1: now_ += std::chrono::microseconds{input_.number(2)}; break;
            case 2: send(); break;
            case 3: deliver(); break;
            case 4: refuse(); break;
            case 5: icmp(); break;
            case 8: move(); break;
            default: answer(); break;
        }
    }

    void send() {
        engine_.start_due({now_, wall_offset}, outbox_);
        for (probe::Outgoing& out : outbox_.entries()) {
            now_ += 3us;
            out.sent = now_;
            if (out.probe == probe::no_probe) continue;  // an answer to a request that we made up
            oracle_.left(out);
        }
        engine_.on_submitted(outbox_, {now_, wall_offset});
        outbox_.clear();
    }

    /// An answer to one of the newest probes, edited; or bytes of the fuzzer's.
    void answer() {
        if (oracle_.probes().empty() || inbox_.arrivals.size() == 64) return;
        const fuzz::Edited edited = fuzz::edited_answer(oracle_.probes(), input_);
        texts_.push_back(edited.text);
        probe::Arrival arrival;
        // Up to 16 ms ago, if everything had not been read by then: answers wait in the socket.
        arrival.at = std::max(read_until_, now_ - std::chrono::microseconds{input_.byte() * 64});
        arrival.kernel_stamped = input_.flag();
        arrival.socket = edited.socket;
        arrival.from = edited.from;
        inbox_.arrivals.push_back(arrival);
    }

    void refuse() {
        const fuzz::Probe* probe = oracle_.unanswered(input_.byte());
        if (probe == nullptr || !inbox_.send_failures.empty()) return;
        inbox_.send_failures.push_back(
            {.probe = probe->slot, .socket = probe->socket, .error = EPERM});
    }

    void icmp() {
        if (oracle_.probes().empty() || inbox_.icmp_errors.size() == 8) return;
        const fuzz::Probe& probe = fuzz::recent(oracle_.probes(), input_.byte());
        const std::uint8_t edits = input_.byte();
        probe::IcmpArrival arrival;
        arrival.at = now_;
        arrival.error = {.family = Family::v4, .type = 3, .code = 3, .from = probe.asked.address};
        arrival.local_port = static_cast<std::uint16_t>(probe.port + ((edits & 1) != 0 ? 1 : 0));
        arrival.to = probe.asked;
        if ((edits & 2) != 0) arrival.to.port ^= 1;
        if ((edits & 4) == 0) arrival.call_id = probe.number ^ ((edits & 8) != 0 ? 1U : 0U);
        inbox_.icmp_errors.push_back(arrival);
    }

    void move() {
        const std::uint32_t target = input_.byte() % 2;
        const Endpoint before = targets_[target].endpoint;
        const auto step = static_cast<std::uint8_t>(2 * (input_.byte() % 100));
        targets_[target].endpoint.address.bytes[3] = static_cast<std::uint8_t>(1 + target + step);
        engine_.moved(target, before, now_);
    }

    void deliver() {
        for (std::size_t i = 0; i < texts_.size(); ++i)
            inbox_.arrivals[i].bytes = texts_[i];
        inbox_.read_until = read_until_ = now_;
        oracle_.expect(inbox_, engine_.early_forgotten() > 0);
        if (oracle_.undecided()) return;
        engine_.on_inbox(inbox_, {now_, wall_offset});
        oracle_.after_inbox(engine_.counts(), engine_.in_flight(), now_);
        inbox_.clear();
        texts_.clear();
    }

    static constexpr Duration wall_offset = 1'700'000'000s;
    FuzzInput input_;
    Instant now_{100s};
    Instant read_until_{};
    target::TargetTable targets_;
    probe::EngineOptions options_;
    std::vector<wire::RequestTemplate> requests_;
    fuzz::MatchOracle oracle_;
    probe::Engine engine_;
    probe::Outbox outbox_;
    probe::Inbox inbox_;
    std::vector<std::string> texts_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Run(FuzzInput(data, size)).until_the_end();
    return 0;
}
