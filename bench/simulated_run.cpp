// A fixed run of 200,000 probes in memory and in virtual time, for counting instructions
// (bench/README.md, "instructions"): the engine, and the program's own reporter with statistics and
// CSV log behind it, against a far end that lives in this file. No socket, no clock, no thread; the
// log's bytes are thrown away. The same build executes the same instructions on every run.
//
// Only what the functions counted_*() call is counted. They make up the turn of the program's loop
// without the transport, whose part is played here.
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/chunk_pool.hpp"
#include "io/fd.hpp"
#include "session/log_files.hpp"
#include "session/reporter.hpp"
#include "sipping/base/prng.hpp"
#include "sipping/probe/engine.hpp"

namespace sipping {
namespace {

constexpr std::uint32_t target_count = 20;
constexpr std::uint64_t probes_per_target = 10'000;
constexpr Duration interval = 1ms;  // all together 20,000 a second
constexpr Duration timeout = 1s;
constexpr Duration late_window = 2s;  // short, so that identities come to be used again
constexpr std::uint32_t port_count = 1024;
constexpr double silent_percent = 3;
constexpr Duration send_time = 2us;   // that a send takes
constexpr Duration wake_time = 30us;  // that waking up takes; two probes may become due in it

/// Says that everything was written, without doing it.
class NoFiles final : public io::FileOps {
public:
    void start(io::FileOp& op) noexcept override {
        using Kind = io::FileOp::Kind;
        if (op.kind == Kind::write)
            op.result = static_cast<int>(op.data.size());
        else if (op.kind == Kind::status && op.path != nullptr)
            op.result = io::result_of(::statx(AT_FDCWD, op.path, 0, STATX_BASIC_STATS, op.status));
        else
            std::abort();  // a run without trouble does nothing else before its end
    }
    void poll() noexcept override {}
    void wait(Duration) noexcept override {}
    void complete(std::uint64_t, int) noexcept override {}
};

/// The network and everybody in it: a link on which nothing overtakes, and a peer that answers.
class FarEnd {
public:
    [[nodiscard]] ClockReading reading() const noexcept { return {now_, 1'700'000'000s}; }

    void submit(probe::Outbox& outbox) {
        for (probe::Outgoing& out : outbox.entries()) {
            out.sent = now_;
            now_ += send_time;
            if (!prng_.chance(silent_percent)) answer(out);
        }
    }

    void wait_until(Instant deadline, probe::Inbox& inbox) {
        inbox.clear();
        while (handed_over_ > 0) {
            replies_.pop_front();
            --handed_over_;
        }
        if (!replies_.empty()) deadline = std::min(deadline, replies_.front().at);
        if (deadline > now_) now_ = deadline + wake_time;
        inbox.read_until = now_;
        for (const Reply& reply : replies_) {
            if (reply.at > now_ || inbox.arrivals.size() == probe::Inbox::capacity) break;
            inbox.arrivals.push_back({.at = reply.at,
                                      .kernel_stamped = true,
                                      .socket = reply.socket,
                                      .from = reply.from,
                                      .bytes = {reply.bytes.data(), reply.length}});
            ++handed_over_;
        }
    }

private:
    struct Reply {
        Instant at{};
        std::uint32_t socket = 0;
        Endpoint from;
        std::size_t length = 0;
        std::array<char, 768> bytes;

        void add(std::string_view text) {
            if (text.size() > bytes.size() - length) std::abort();
            std::memcpy(bytes.data() + length, text.data(), text.size());
            length += text.size();
        }
    };

    /// What a peer has to repeat, in the order of the request, and a little about itself.
    void answer(const probe::Outgoing& out) {
        Reply& reply = replies_.emplace_back();
        const auto wavering = static_cast<std::int64_t>(prng_.below(2'000'000));
        reply.at = last_arrival_ = std::max(last_arrival_, out.sent + 5ms + Duration{wavering});
        reply.socket = out.socket;
        reply.from = out.to;
        reply.add("SIP/2.0 200 OK\r\n");
        std::string_view rest = out.text();
        while (!rest.empty()) {
            const std::size_t end = rest.find("\r\n");
            const std::string_view line = rest.substr(0, end);
            const std::string_view name = line.substr(0, line.find(':'));
            if (name == "Via" || name == "From" || name == "Call-ID" || name == "CSeq") {
                reply.add(line);
                reply.add(name == "Via" ? ";received=198.51.100.1\r\n" : "\r\n");
            } else if (name == "To") {
                reply.add(line);
                reply.add(";tag=3f1c9ab27d\r\n");
            }
            rest.remove_prefix(end + 2);
        }
        reply.add(
            "Server: Example SIP Server (5.6.3 (x86_64/linux))\r\n"
            "Content-Length: 0\r\n\r\n");
    }

    Prng prng_{Key{3, 5}};
    Instant now_{100s};
    Instant last_arrival_{};
    std::deque<Reply> replies_;
    std::size_t handed_over_ = 0;  ///< of the first replies, with the newest inbox
};

struct Run {
    target::TargetTable targets;
    std::vector<wire::RequestTemplate> requests;
    std::unique_ptr<app::LogFiles> log;
    std::unique_ptr<app::Reporter> reporter;
    std::unique_ptr<probe::Engine> engine;
    probe::Outbox outbox;
    probe::Inbox inbox;
};

[[gnu::noinline]] void counted_start(Run& run, const ClockReading& reading) {
    run.reporter->set_time(reading);
    run.engine->start_due(reading, run.outbox);
}

[[gnu::noinline]] Instant counted_submitted(Run& run, const ClockReading& reading) {
    if (!run.outbox.empty()) {
        run.engine->on_submitted(run.outbox, reading);
        run.outbox.clear();
    }
    run.reporter->flush_console();
    return std::min(
        {run.engine->next_deadline(reading.now), run.reporter->next_tick(), run.log->next_tick()});
}

[[gnu::noinline]] void counted_inbox(Run& run, const ClockReading& reading) {
    run.reporter->set_time(reading);
    run.engine->on_inbox(run.inbox, reading);
    run.reporter->tick(run.engine->in_flight());
    run.log->tick(reading);
}

void prepare_targets(Run& run) {
    for (std::uint32_t i = 0; i < target_count; ++i) {
        const std::string host = fmt::format("203.0.113.{}", i + 1);
        run.targets.push_back({.endpoint = {*parse_address(host), 5060},
                               .interval = interval,
                               .timeout = timeout,
                               .name = fmt::format("sbc{}.example.net", i + 1)});
        wire::RequestFields fields;
        fields.target_host = run.targets.back().name;
        fields.via_host = "198.51.100.1";
        fields.user_agent = "sipping/1.2.3";
        run.requests.emplace_back(fields);
    }
}

probe::EngineOptions engine_options() {
    probe::EngineOptions options;
    options.count = probes_per_target;
    options.late_window = late_window;
    options.identities =
        probe::identities_needed(target_count / std::chrono::duration<double>(interval).count(),
                                 timeout, late_window, 1'000'000);
    options.key = Key{1, 2};
    return options;
}

void turn_until_finished(Run& run, FarEnd& far_end) {
    while (!run.engine->finished(far_end.reading().now)) {
        counted_start(run, far_end.reading());
        if (!run.outbox.empty()) far_end.submit(run.outbox);
        const Instant wake = counted_submitted(run, far_end.reading());
        far_end.wait_until(wake, run.inbox);
        counted_inbox(run, far_end.reading());
    }
}

int simulate() {
    Run run;
    prepare_targets(run);
    std::vector<probe::PoolPort> ports;
    for (std::uint32_t i = 0; i < port_count; ++i)
        ports.push_back({Family::v4, static_cast<std::uint16_t>(40'000 + i)});

    NoFiles files;
    io::ChunkPool pool(4 * 1024 * 1024);
    const io::Fd nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    io::Appender console(files, pool, nowhere.get());
    config::PingConfig config;
    config.log_path = "/dev/null";
    run.log = std::make_unique<app::LogFiles>(config, run.targets, files, pool, ClockReading{});
    app::Reporter::Options options;
    options.console.per_ping = false;
    options.console.summaries = true;
    options.ports = port_count;
    run.reporter = std::make_unique<app::Reporter>(options, run.targets, run.requests, *run.log,
                                                   console, console);
    run.engine = std::make_unique<probe::Engine>(engine_options(), run.targets, run.requests, ports,
                                                 *run.reporter);
    FarEnd far_end;
    run.engine->begin(far_end.reading().now);
    turn_until_finished(run, far_end);

    stats::TargetStats all;
    for (const stats::TargetStats& one : run.reporter->statistics())
        all.merge(one);
    fmt::print("{} probes, {} answered, {} lost, {} rows not logged\n", all.sent(), all.received(),
               all.lost(), run.log->rows_lost());
    return 0;
}

}  // namespace
}  // namespace sipping

int main() {
    return sipping::simulate();
}
