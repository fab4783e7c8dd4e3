// Whose limit a stress run has met: the host's, the path's or ours, told in virtual time from an
// old port and new ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "stress_bed.hpp"

namespace sipping::sim {
namespace {

using stress::Limit;
using testing::HasSubstr;
using Bed = StressBed;

/// A NAT whose table has room for so many ports; what uses them goes on being answered.
SimNetwork::Peer behind_nat(std::size_t size) {
    return [size, mapped = std::set<std::uint16_t>{}](
               const SeenRequest& request) mutable -> std::vector<std::string> {
        const std::uint16_t port = request.port;
        if (!mapped.contains(port) && mapped.size() == size) return {};
        mapped.insert(port);
        return {answer_to(request, "200 OK")};
    };
}

TEST(SimStressPath, a_full_path_is_no_ban) {
    // Seen on a real run: an unlimited far end behind a NAT of 256 ports "looked banned".
    Bed bed(asked(50, 1600, 6));
    bed.simulation->network.peer = behind_nat(256);
    bed.go();
    const stress::Outcome outcome = bed.outcome();
    EXPECT_EQ(outcome.limit, Limit::path);
    EXPECT_EQ(outcome.signs & stress::sign_ban, 0);
    EXPECT_NE(outcome.signs & stress::sign_path, 0);
    const stress::Measured& last = bed.run.measured().back();
    EXPECT_GE(last.new_asked, stress::Stress::limit_run);
    EXPECT_LE(last.new_asked, stress::Stress::new_ports_max);
    EXPECT_EQ(last.new_answered, 0U);
    EXPECT_EQ(last.old_answered, last.old_asked);
    EXPECT_THAT(bed.text(), HasSubstr("The limit is the path's"));
    EXPECT_THAT(bed.text(), HasSubstr("its own limit is not known"));
    EXPECT_THAT(bed.text(), testing::Not(HasSubstr("banned")));
}

TEST(SimStressPath, a_path_with_room_for_all_ports_is_no_limit) {
    Bed bed(asked(50, 1600, 6));
    bed.simulation->network.peer = behind_nat(1024);
    bed.go();
    EXPECT_EQ(bed.outcome().limit, Limit::none);
}

TEST(SimStressPath, a_ban_is_silent_to_the_old_port_and_to_new_ones) {
    stress::Options options = asked(100, 800, 4);
    options.recovery_time = 10s;
    Bed bed(options);
    std::uint64_t asked_for = 0;
    std::set<std::uint16_t> after;
    bed.simulation->network.peer = [&](const SeenRequest& request) -> std::vector<std::string> {
        if (++asked_for <= 400) return {answer_to(request, "200 OK")};
        after.insert(request.port);
        return {};
    };
    bed.go();
    const stress::Measured& last = bed.run.measured().back();
    EXPECT_NE(last.judgement.signs & stress::sign_ban, 0);
    EXPECT_EQ(last.judgement.signs & stress::sign_path, 0);
    EXPECT_GE(last.new_asked, stress::Stress::limit_run);
    EXPECT_LT(last.new_asked, stress::Stress::new_ports_max) << "each one is a port less";
    EXPECT_THAT(bed.text(), HasSubstr("neither to a port used before (0 of "));
}

TEST(SimStressPath, sends_that_fail_after_a_bad_step_are_our_limit) {
    Bed bed(asked(100, 800, 4));
    bed.simulation->network.peer = with_capacity(150, "");
    bed.go([&] {
        const bool recovering = bed.run.phase() == stress::Phase::recover;
        bed.simulation->network.link.refuse_percent = recovering ? 100 : 0;
    });
    EXPECT_EQ(bed.outcome().limit, Limit::ours);
    EXPECT_EQ(bed.outcome().signs & stress::sign_ban, 0);
    EXPECT_THAT(bed.text(), HasSubstr("sending failed here (EPERM"));
}

TEST(SimStressPath, without_ports_to_spare_the_load_s_ports_watch) {
    stress::Options options = asked(100, 2000, 6);
    options.spare_ports = false;
    Bed bed(options);
    bed.simulation->network.peer = with_capacity(500, "");
    bed.go();
    EXPECT_EQ(bed.outcome().limit, Limit::target);
    EXPECT_NEAR(bed.outcome().held, 500, 25);
    for (const stress::Measured& measured : bed.run.measured())
        EXPECT_EQ(measured.new_asked, 0U);
}

}  // namespace
}  // namespace sipping::sim
