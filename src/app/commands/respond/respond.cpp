#include "commands/respond/respond.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <random>

#include "io/clock.hpp"
#include "io/lock_down.hpp"
#include "io/pipe.hpp"
#include "io/signals.hpp"
#include "net/network.hpp"
#include "net/resolve.hpp"
#include "sipping/respond/reason_phrase.hpp"
#include "sipping/respond/responder.hpp"
#include "text/message.hpp"

namespace sipping::app {
namespace {

// A second of silence from us at 80,000 requests a second is what this holds; the kernel may grant
// less (net.core.rmem_max).
constexpr std::uint32_t receive_buffer_bytes = 4 << 20;

void say(const std::string& line) {
    std::fputs((line + '\n').c_str(), stdout);
    std::fflush(stdout);
}

void note(const std::string& text) {
    std::fputs(message_line(text).c_str(), stderr);
}

net::Io io_of(config::IoChoice choice) {
    switch (choice) {
        case config::IoChoice::uring: return net::Io::uring;
        case config::IoChoice::epoll: return net::Io::epoll;
        default: return net::Io::automatic;
    }
}

bool have_ipv6() {
    return net::source_address({parse_address("::1").value(), 9}, std::nullopt, "").has_value();
}

net::NetworkOptions network_options(const config::RespondConfig& config) {
    net::NetworkOptions options;
    options.ports = 1;
    options.port_low = config.port;
    options.port_high = config.port;
    options.bind = config.bind;
    options.v4 = config.v4;
    options.v6 = config.v6;
    if (options.v4 && options.v6 && !have_ipv6()) {
        note("no IPv6 here: answering on IPv4 only");
        options.v6 = false;
    }
    options.pktinfo = true;
    options.icmp = false;
    options.send_times = net::SendTimes::batch;
    options.receive_buffer_bytes = receive_buffer_bytes;
    options.io = io_of(config.io);
    return options;
}

std::uint64_t fresh_seed() {
    std::random_device entropy;
    return std::uint64_t{entropy()} << 32 | entropy();
}

respond::Options responder_options(const config::RespondConfig& config, std::uint64_t seed) {
    respond::Options options;
    options.status = config.code;
    options.reason = config.reason;
    options.delay = config.delay;
    options.drop_percent = config.drop_percent;
    options.drop_key = Key{seed, 0};
    options.capacity_per_s = config.capacity_per_s;
    if (config.beyond == config::Beyond::unavailable) options.beyond = respond::Beyond::unavailable;
    options.retry_after_s = config.retry_after_s;
    options.max_rate_per_s = config.max_rate_per_s;
    options.port = config.port;
    options.source_key = Key{fresh_seed(), fresh_seed()};
    options.to_tag = std::random_device{}();
    return options;
}

std::string listening_on(const config::RespondConfig& config, const net::Network& network) {
    std::string text;
    for (const net::Port& port : network.ports) {
        const Address any = parse_address(port.family == Family::v4 ? "0.0.0.0" : "::").value();
        if (!text.empty()) text += " and ";
        text += to_string(Endpoint{config.bind.value_or(any), port.number});
    }
    return text;
}

std::string capacity_line(const config::RespondConfig& config) {
    std::string line = fmt::format("At most {} a second, the rest is ", config.capacity_per_s);
    if (config.beyond != config::Beyond::unavailable) return line + "dropped";
    line += "answered 503";
    if (config.retry_after_s) line += fmt::format(" with Retry-After: {}", *config.retry_after_s);
    return line;
}

/// The loop and the numbers it shows.
class Run {
public:
    Run(net::Network& network, io::Signals& signals, const io::Clock& clock,
        const respond::Options& options, const config::RespondConfig& config)
        : transport_(*network.transport),
          signals_(signals),
          clock_(clock),
          responder_(options),
          limited_(config.capacity_per_s > 0),
          max_rate_(config.max_rate_per_s),
          quiet_(config.quiet),
          spin_(config.spin) {}

    void until_stopped(Instant end);

private:
    void answer(Instant now);
    void send_due(Instant now);
    void obey_signals(Instant now);
    void report(Instant now);

    probe::Transport& transport_;
    io::Signals& signals_;
    const io::Clock& clock_;
    respond::Responder responder_;
    probe::Inbox inbox_;
    probe::Outbox outbox_;
    std::uint64_t send_errors_ = 0;
    respond::Counts reported_;  // as of the last line, for the rates
    Instant reported_at_{};
    bool limited_;
    std::uint32_t max_rate_;
    bool quiet_;
    bool spin_;
    bool stopped_ = false;
};

void Run::until_stopped(Instant end) {
    const Instant start = clock_.now();
    Instant now = start;
    reported_at_ = start;
    Instant next_report = quiet_ ? never : now + 1s;
    Instant next_look = now;
    while (!stopped_ && now < end) {
        const Instant wake =
            spin_ ? now : std::min({next_report, responder_.next_deadline(), next_look, end});
        transport_.wait_until(wake, inbox_);
        now = clock_.now();
        answer(now);
        if (now >= next_report) {
            report(now);
            next_report = std::max(next_report + 1s, now);
        }
        if (inbox_.woken) obey_signals(now);
        // As a shell's pipeline ends a command (`| head`).
        if (now >= next_look) {
            stopped_ = stopped_ || io::has_no_reader(STDOUT_FILENO);
            next_look = now + 1s;
        }
    }
    reported_ = {};  // the last line's rates are those of the whole run
    reported_at_ = start;
    report(now);
}

void Run::answer(Instant now) {
    send_errors_ += inbox_.send_failures.size();
    for (const probe::Arrival& arrival : inbox_.arrivals) {
        responder_.on_arrival(arrival, now);
        if (responder_.waiting() >= probe::Outbox::capacity) send_due(now);
    }
    send_due(now);
}

void Run::send_due(Instant now) {
    bool more = true;
    while (more) {
        more = responder_.due(now, outbox_);
        if (!outbox_.empty()) transport_.submit(outbox_);
        outbox_.clear();
    }
}

void Run::obey_signals(Instant now) {
    while (const std::optional<int> signal = signals_.take()) {
        if (*signal == SIGQUIT) {
            report(now);
        } else {
            stopped_ = true;
        }
    }
}

std::uint64_t sent_of(const respond::Counts& counts) {
    return counts.answered + counts.refused;
}

void Run::report(Instant now) {
    const respond::Counts& counts = responder_.counts();
    const double elapsed_s = std::chrono::duration<double>(now - reported_at_).count();
    const auto per_second = [elapsed_s](std::uint64_t count) {
        return elapsed_s > 0 ? static_cast<double>(count) / elapsed_s : 0.0;
    };
    std::string line =
        fmt::format("received {} answered {} dropped {} other {} ({:.0f}/s in, {:.0f}/s out)",
                    counts.received, counts.answered, counts.dropped + counts.overflowed,
                    counts.other(), per_second(counts.received - reported_.received),
                    per_second(sent_of(counts) - sent_of(reported_)));
    if (limited_)
        line += fmt::format(", {} beyond capacity", counts.refused + counts.over_capacity);
    if (max_rate_ > 0) line += fmt::format(", {} over --max-rate {}", counts.over_rate, max_rate_);
    if (counts.own > 0) line += fmt::format(", {} in our own name", counts.own);
    const std::uint64_t queue_drops = transport_.health().queue_drops;
    if (queue_drops > 0) line += fmt::format(", {} lost in our receive queue", queue_drops);
    if (counts.overflowed > 0)
        line += fmt::format(", {} dropped because too many waited", counts.overflowed);
    if (send_errors_ > 0) line += fmt::format(", {} could not be sent", send_errors_);
    say(line);
    reported_ = counts;
    reported_at_ = now;
}

}  // namespace

int run_respond(const config::RespondConfig& config) {
    io::Signals signals;
    const io::SystemClock clock;
    net::Network network = net::open_network(network_options(config), clock, signals.fd());
    for (const std::string& text : network.notes)
        note(text);

    const std::uint64_t seed = config.seed.value_or(fresh_seed());
    const respond::Options options = responder_options(config, seed);
    Run run(network, signals, clock, options, config);
    say(fmt::format("Answering OPTIONS on {} with {} {}", listening_on(config, network),
                    config.code,
                    config.reason.empty() ? respond::reason_phrase(config.code) : config.reason));
    if (config.drop_percent > 0)
        say(fmt::format("Dropping {} % of the requests, chosen by --seed {}", config.drop_percent,
                        seed));
    if (config.capacity_per_s > 0) say(capacity_line(config));
    io::lock_down(io::Exec::forbidden);
    run.until_stopped(config.duration ? clock.now() + *config.duration : never);
    return 0;
}

}  // namespace sipping::app
