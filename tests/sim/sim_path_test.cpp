// A whole search for the number of ports a path carries, against simulated NATs, bans and outages:
// the engine and the judge in virtual time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <set>

#include "simulation.hpp"
#include "sipping/ports/path.hpp"
#include "sipping/ports/path_words.hpp"

namespace sipping::sim {
namespace {

using ports::Path;
using ports::PathOptions;
using ports::PathVerdict;
using testing::HasSubstr;

class PathSink final : public probe::ResultSink {
public:
    explicit PathSink(Path& path) : path_(path) {}
    void sent(const SentProbe& probe) noexcept override { path_.on_sent(probe); }
    void result(const ProbeResult& result) noexcept override {
        // As a NAT would have it: ten ports to an address, and numbers that are not ours.
        Address address = *parse_address("203.0.113.0");
        address.bytes[3] = static_cast<std::uint8_t>(result.source_port / 10 % 3);
        path_.on_result(result, {.address = address, .port = public_port});
    }
    void settled(const Settled& settled) noexcept override { path_.on_settled(settled); }
    void gap(const Gap& gap) noexcept override { path_.on_gap(gap); }
    void icmp(std::uint32_t, const Endpoint&, std::uint64_t, const IcmpError&,
              Instant) noexcept override {}
    void stray(const Stray& stray) noexcept override { path_.on_stray(stray); }

    std::uint16_t public_port = 1;

private:
    Path& path_;
};

struct Bed {
    explicit Bed(PathOptions given, Link link = {}) : path(given), sink(path) {
        SimOptions options;
        options.targets = 2;
        options.ports = given.tries;
        options.timeout = given.timeout;
        options.link = link;
        options.begin = false;
        options.engine.port_policies = {probe::PortPolicy::fresh, probe::PortPolicy::fixed};
        options.engine.late_window = 60s;
        options.engine.identities = 1'000'000;
        simulation = std::make_unique<Simulation>(options);
        simulation->recorder.also = &sink;
    }

    [[nodiscard]] Instant now() const { return simulation->network.reading().now; }

    void go() {
        path.begin(now());
        for (;;) {
            path.tick(now());
            ports::PathPace pace;
            for (const std::uint32_t target : {ports::new_ports, ports::canary})
                if (path.take_change(target, pace))
                    simulation->engine->plan(target, pace.first, pace.interval, pace.end);
            if (path.over()) simulation->engine->stop();
            if (path.over() && simulation->engine->finished(now())) break;
            simulation->step(path.next_tick());
        }
        simulation->expect_books_balance();
    }

    [[nodiscard]] std::string text(std::uint32_t asked = 0) const {
        return ports::path_words(path, {.target = "sbc", .asked = asked});
    }

    Path path;
    PathSink sink;
    std::unique_ptr<Simulation> simulation;
};

/// A NAT with so many ports, each free again a while after its last datagram.
struct Nat {
    std::size_t size;
    Duration mapping_time = 30s;
    double full_percent = 100;  ///< from here on it finds the last ports by luck only
    std::map<std::uint16_t, Instant> used{};
    Prng luck{Key{1, 2}};

    bool carries(const SeenRequest& request) {
        std::erase_if(used, [&](const auto& mapping) {
            return mapping.second < request.sent - mapping_time;
        });
        if (!used.contains(request.port)) {
            if (used.size() >= size) return false;
            const double full =
                100.0 * static_cast<double>(used.size()) / static_cast<double>(size);
            if (full >= full_percent && luck.chance(50)) return false;
        }
        used[request.port] = request.sent;
        return true;
    }
    SimNetwork::Peer peer() {
        return [this](const SeenRequest& request) {
            return carries(request) ? std::vector{answer_to(request, "200 OK")}
                                    : std::vector<std::string>{};
        };
    }
};

TEST(SimPath, finds_the_size_of_a_nat) {
    for (const std::uint32_t size : {1U, 30U, 256U, 1000U, 5000U}) {
        Nat nat{size};
        Bed bed({.rate_per_s = 400, .tries = size + 600});
        bed.simulation->network.peer = nat.peer();
        bed.go();
        EXPECT_EQ(bed.path.verdict(), PathVerdict::limit) << size;
        EXPECT_EQ(bed.path.answered(), size);
        EXPECT_EQ(bed.path.first_silent(), size + 1);
        EXPECT_EQ(bed.path.lost_between(), 0U);
        EXPECT_GE(bed.path.silent_run(), Path::limit_run);
        EXPECT_EQ(bed.path.canary_answered(), bed.path.canary_sent());
    }
}

TEST(SimPath, a_soft_edge_is_still_within_two_per_cent) {
    Nat nat{.size = 1000, .full_percent = 90};
    Bed bed({.rate_per_s = 400, .tries = 2000});
    bed.simulation->network.peer = nat.peer();
    bed.go();
    EXPECT_EQ(bed.path.verdict(), PathVerdict::limit);
    EXPECT_NEAR(bed.path.answered(), 1000, 20);
    EXPECT_GT(bed.path.lost_between(), 0U);
    EXPECT_THAT(bed.text(), HasSubstr("silent here and there"));
}

TEST(SimPath, every_new_port_is_new_and_the_canary_keeps_its_own) {
    Bed bed({.rate_per_s = 100, .tries = 300});
    bed.go();
    std::set<std::uint16_t> used;
    std::set<std::uint16_t> canary;
    for (const auto& [call_id, probe] : bed.simulation->recorder.sent_probes) {
        if (probe.target == ports::canary)
            canary.insert(probe.source_port);
        else
            EXPECT_TRUE(used.insert(probe.source_port).second);
    }
    EXPECT_EQ(used.size(), 299U);
    EXPECT_EQ(canary.size(), 1U);
    EXPECT_FALSE(used.contains(*canary.begin()));
    EXPECT_EQ(bed.path.verdict(), PathVerdict::no_limit);
    EXPECT_EQ(bed.path.answered(), 300U);
    EXPECT_THAT(bed.text(), HasSubstr("no limit found up to 300 ports"));
}

TEST(SimPath, claims_no_more_than_it_can_see) {
    EXPECT_EQ(ports::visible_ports(50, 4s), 200U);
    EXPECT_EQ(ports::visible_ports(0.5, 30s), 15U);
    // A NAT of 300 that forgets after 4 s never fills up at 50 a second.
    Nat nat{.size = 300, .mapping_time = 4s};
    Bed bed({.rate_per_s = 50, .tries = 200, .mapping_time = 4s});
    bed.simulation->network.peer = nat.peer();
    bed.go();
    EXPECT_EQ(bed.path.verdict(), PathVerdict::no_limit);
    EXPECT_EQ(bed.path.answered(), 200U);
    EXPECT_THAT(bed.text(2000), HasSubstr("no limit found up to 200 ports"));
    EXPECT_THAT(bed.text(2000), HasSubstr("Give --rate 500 or more"));
}

TEST(SimPath, a_limit_just_before_the_last_port_is_not_claimed_from_a_handful) {
    for (const std::uint32_t beyond : {5U, 15U}) {
        Nat nat{100};
        Bed bed({.rate_per_s = 100, .tries = 100 + beyond});
        bed.simulation->network.peer = nat.peer();
        bed.go();
        EXPECT_EQ(bed.path.verdict(),
                  beyond < Path::limit_run_end ? PathVerdict::no_limit : PathVerdict::limit);
        EXPECT_EQ(bed.path.answered(), 100U);
    }
}

/// As pike: more than 30 requests within two seconds, and nothing is answered until it was less
/// for two seconds.
TEST(SimPath, a_ban_is_no_limit) {
    std::deque<Instant> recent;
    Instant banned_until{};
    Bed bed({.rate_per_s = 100, .tries = 400});
    bed.simulation->network.peer = [&](const SeenRequest& request) -> std::vector<std::string> {
        recent.push_back(request.sent);
        while (recent.front() < request.sent - 2s)
            recent.pop_front();
        if (recent.size() > 150) banned_until = request.sent + 4s;
        if (request.sent < banned_until) return {};
        return {answer_to(request, "200 OK")};
    };
    bed.go();
    EXPECT_EQ(bed.path.verdict(), PathVerdict::banned);
    EXPECT_TRUE(bed.path.came_back());
    EXPECT_GT(bed.path.silence(), 3s);
    EXPECT_EQ(bed.path.outages(), 0U);
    EXPECT_LT(bed.path.probing_time(), 2s) << "until the silence began";
    EXPECT_THAT(bed.text(), HasSubstr("looks banned"));
    EXPECT_THAT(bed.text(), HasSubstr("asked once a second, it answered again"));
}

TEST(SimPath, a_host_that_goes_away_is_no_limit) {
    Bed bed({.rate_per_s = 100, .tries = 400});
    std::uint64_t asked = 0;
    bed.simulation->network.peer = [&](const SeenRequest& request) -> std::vector<std::string> {
        if (++asked > 150) return {};
        return {answer_to(request, "200 OK")};
    };
    bed.go();
    EXPECT_EQ(bed.path.verdict(), PathVerdict::banned);
    EXPECT_FALSE(bed.path.came_back());
    EXPECT_GE(bed.path.silence(), Path::patience);
    EXPECT_THAT(bed.text(), HasSubstr("Or it is down"));
}

TEST(SimPath, icmp_errors_make_it_an_outage) {
    Bed bed({.rate_per_s = 100, .tries = 400});
    bed.simulation->network.peer = [&](const SeenRequest& request) {
        if (request.number > 150) bed.simulation->network.link.icmp_percent = 100;
        return std::vector{answer_to(request, "200 OK")};
    };
    bed.go();
    EXPECT_EQ(bed.path.verdict(), PathVerdict::outage);
    EXPECT_THAT(bed.text(), HasSubstr("became unreachable"));
}

TEST(SimPath, a_short_outage_of_everything_is_lived_through) {
    for (const Duration length : {100ms, 400ms, 1000ms, 1500ms, 2000ms, 2500ms}) {
        Nat nat{300};
        Bed bed({.rate_per_s = 200, .tries = 1000});
        const Instant outage = bed.now() + 1s;
        bed.simulation->network.peer = [&, peer = nat.peer()](const SeenRequest& request) {
            const bool away = request.sent > outage && request.sent < outage + length;
            return away ? std::vector<std::string>{} : peer(request);
        };
        bed.go();
        EXPECT_EQ(bed.path.verdict(), PathVerdict::limit) << length.count();
        EXPECT_EQ(bed.path.answered(), 300U) << length.count();
        EXPECT_EQ(bed.path.outages(), length >= 2s ? 1U : 0U) << length.count();
        if (length >= 2s) {
            EXPECT_THAT(bed.text(), HasSubstr("In between everything was silent 1 time"));
        }
    }
}

TEST(SimPath, an_outage_is_no_limit_however_the_canary_s_probes_fall) {
    for (int start_ms = 900; start_ms < 1200; start_ms += 10) {
        Bed bed({.rate_per_s = 600, .tries = 3000});
        const Instant outage = bed.now() + std::chrono::milliseconds{start_ms};
        bed.simulation->network.peer = [&](const SeenRequest& request) {
            const bool away = request.sent > outage && request.sent < outage + 1700ms;
            return away ? std::vector<std::string>{} : std::vector{answer_to(request, "200 OK")};
        };
        bed.go();
        EXPECT_NE(bed.path.verdict(), PathVerdict::limit) << start_ms;
    }
}

TEST(SimPath, a_host_that_never_answers_is_asked_three_times) {
    Bed bed({.rate_per_s = 100, .tries = 400});
    bed.simulation->network.peer = [](const SeenRequest&) { return std::vector<std::string>{}; };
    bed.go();
    EXPECT_EQ(bed.path.verdict(), PathVerdict::silent);
    EXPECT_LE(bed.simulation->network.requests, 8U);
    EXPECT_THAT(bed.text(), HasSubstr("does not answer"));
}

TEST(SimPath, who_sends_something_else_is_not_called_silent) {
    Bed bed({.rate_per_s = 100, .tries = 400});
    bed.simulation->network.peer = [](const SeenRequest& request) {
        return std::vector{request.text};
    };
    bed.go();
    EXPECT_EQ(bed.path.verdict(), PathVerdict::no_answer);
    EXPECT_THAT(bed.text(), HasSubstr("Its host sent something else: "));
    EXPECT_THAT(bed.text(), HasSubstr("requests of ours that came back."));
    Link link;
    link.icmp_percent = 100;
    Bed closed({.rate_per_s = 100, .tries = 400}, link);
    closed.go();
    EXPECT_EQ(closed.path.verdict(), PathVerdict::no_answer);
    EXPECT_THAT(closed.text(), HasSubstr("ICMP errors named"));
}

TEST(SimPath, a_prober_that_cannot_send_says_so) {
    Link link;
    link.refuse_percent = 40;
    Bed bed({.rate_per_s = 100, .tries = 400}, link);
    bed.go();
    EXPECT_EQ(bed.path.verdict(), PathVerdict::self);
    EXPECT_THAT(bed.text(), HasSubstr("EPERM"));
}

TEST(SimPath, a_prober_that_cannot_send_at_all_does_not_wait_for_ever) {
    Link link;
    link.refuse_percent = 100;
    Bed bed({.rate_per_s = 100, .tries = 400}, link);
    bed.go();
    EXPECT_EQ(bed.path.verdict(), PathVerdict::self);
    EXPECT_EQ(bed.simulation->network.requests, 0U);
    EXPECT_THAT(bed.text(), HasSubstr("3 of 3 probes"));
}

TEST(SimPath, ports_that_were_skipped_are_tried_in_the_end) {
    Bed bed({.rate_per_s = 400, .tries = 1000});
    bool stalled = false;
    bed.simulation->network.peer = [&](const SeenRequest& request) {
        if (request.number == 500 && !std::exchange(stalled, true))
            bed.simulation->network.stall(30ms);  // a dozen probes are too late after it
        return std::vector{answer_to(request, "200 OK")};
    };
    bed.go();
    EXPECT_GT(bed.path.not_sent(), 0U);
    EXPECT_EQ(bed.path.answered(), 1000U);
    EXPECT_EQ(bed.path.verdict(), PathVerdict::no_limit);
}

TEST(SimPath, losses_here_and_there_are_no_limit) {
    Link link;
    link.loss_percent = 1;
    Bed bed({.rate_per_s = 200, .tries = 1000}, link);
    bed.go();
    EXPECT_EQ(bed.path.verdict(), PathVerdict::no_limit);
    EXPECT_LT(bed.path.answered(), 1000U);
    EXPECT_THAT(bed.text(), HasSubstr("but not in a row"));
    link.loss_percent = 20;
    Bed lossy({.rate_per_s = 200, .tries = 1000}, link);
    lossy.go();
    EXPECT_EQ(lossy.path.verdict(), PathVerdict::unknown);
    EXPECT_THAT(lossy.text(), HasSubstr("too many to tell"));
}

TEST(SimPath, public_addresses_and_ports) {
    Bed bed({.rate_per_s = 100, .tries = 100});
    bed.go();
    EXPECT_EQ(bed.path.port_kept(), 0U);
    EXPECT_EQ(bed.path.port_changed(), 99U);
    EXPECT_EQ(bed.path.addresses().size(), 3U);
    EXPECT_GT(bed.path.address_changes(), 2U);
    EXPECT_EQ(bed.path.canary_remapped(), 0U);
    const std::string text = ports::public_words(bed.path);
    EXPECT_THAT(text, HasSubstr("The path changes port numbers"));
    EXPECT_THAT(text, HasSubstr("It sees us as 3 addresses"));
}

TEST(SimPath, an_interrupted_search_claims_nothing) {
    Bed bed({.rate_per_s = 100, .tries = 400});
    std::uint64_t asked = 0;
    bed.simulation->network.peer = [&](const SeenRequest& request) {
        if (++asked == 100) bed.path.interrupt();
        return std::vector{answer_to(request, "200 OK")};
    };
    bed.go();
    EXPECT_EQ(bed.path.verdict(), PathVerdict::unknown);
    EXPECT_THAT(bed.text(), HasSubstr("ended early"));
}

}  // namespace
}  // namespace sipping::sim
