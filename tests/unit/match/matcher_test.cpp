#include "sipping/match/matcher.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sipping/wire/request_template.hpp"

namespace sipping::match {
namespace {

constexpr Instant t0{1000s};
const Endpoint peer{*parse_address("192.0.2.1"), 5060};
const Endpoint stranger{*parse_address("192.0.2.9"), 5060};
constexpr std::uint16_t port = 40000;

/// Two probes to one target from one port, and an answer to the first to be spoiled.
struct MatcherTest : testing::Test {
    std::vector<Duration> timeouts{1s};
    wire::IdentitySource identities{Key{3, 4}};
    ProbeTable table{{.capacity = 8}, timeouts};
    std::string site;
    wire::Identity first = identities.next();
    wire::Identity second = identities.next();
    std::uint32_t first_slot = table.insert(first.call_id, 0, 0, port, t0);
    std::uint32_t second_slot = table.insert(second.call_id, 0, 0, port, t0);
    std::string call_id = fmt::format("{}", first.call_id);
    std::string branch = branch_of(first);
    std::string tag = fmt::format("{:08x}", first.from_tag);
    wire::Response response;

    static std::string branch_of(const wire::Identity& identity) {
        std::array<char, wire::branch_size> text;
        wire::write_branch(identity, text);
        return {text.data(), text.size()};
    }

    Match find(const Endpoint& from = peer, std::uint16_t local_port = port) {
        Matcher matcher(table, identities, site);
        response.call_id = call_id;
        response.via.branch = branch;
        response.from_tag = tag;
        return matcher.find(response, {.from = from, .local_port = local_port},
                            [](const Slot&) -> const Endpoint& { return peer; });
    }
    MatcherTest() {
        response.cseq = first.cseq;
        response.cseq_method = "OPTIONS";
    }
};

TEST_F(MatcherTest, four_agreeing_fields_match_from_anywhere) {
    const Match match = find(stranger, port + 1);
    EXPECT_EQ(match.slot, first_slot);
    EXPECT_EQ(match.disagree, 0);
}

TEST_F(MatcherTest, three_match_and_name_the_fourth) {
    const std::string right = call_id;
    call_id = fmt::format("b2b-{}", right);
    EXPECT_EQ(find(stranger).disagree, Field::call_id);
    call_id = right;
    tag = std::string("0");
    EXPECT_EQ(find(stranger).disagree, Field::from_tag);
    tag = fmt::format("{:08X}", first.from_tag);  // case is no change
    EXPECT_EQ(find(stranger).disagree, 0);
    response.cseq_method = "INVITE";
    EXPECT_EQ(find(stranger).disagree, Field::cseq);
    response.cseq_method = "OPTIONS";
    branch.back() = branch.back() == '0' ? '1' : '0';
    EXPECT_EQ(find(stranger).disagree, Field::branch);
}

TEST_F(MatcherTest, the_call_id_alone_needs_the_path) {
    branch = std::string("z9hG4bK");
    tag = std::string("0");
    response.cseq = 0;
    EXPECT_EQ(find().slot, first_slot);
    EXPECT_EQ(find().disagree, Field::branch | Field::from_tag | Field::cseq);
    EXPECT_EQ(find(stranger).slot, no_slot);
    EXPECT_EQ(find(peer, port + 1).slot, no_slot);
    Endpoint other_port = peer;
    other_port.port = 5061;
    EXPECT_EQ(find(other_port).slot, no_slot);
}

TEST_F(MatcherTest, another_probe_s_call_id_does_not_take_the_answer_away) {
    call_id = fmt::format("{}", second.call_id);
    const Match match = find();
    EXPECT_EQ(match.slot, first_slot);
    EXPECT_EQ(match.disagree, Field::call_id);
}

TEST_F(MatcherTest, two_fields_each_are_nobody_s_but_the_path_s) {
    // Call-ID and tag of one, branch and CSeq of the other.
    call_id = fmt::format("{}", second.call_id);
    tag = fmt::format("{:08x}", second.from_tag);
    EXPECT_EQ(find(stranger).slot, no_slot);
    EXPECT_EQ(find().slot, second_slot);  // its Call-ID, on its path
}

TEST_F(MatcherTest, the_site_belongs_to_the_call_id) {
    site = "noc";
    EXPECT_EQ(find(stranger).disagree, Field::call_id);
    call_id += "@noc";
    EXPECT_EQ(find(stranger).disagree, 0);
    call_id += "x";
    EXPECT_EQ(find(stranger).disagree, Field::call_id);
}

TEST_F(MatcherTest, an_unknown_identity_is_foreign_even_when_all_four_agree) {
    const wire::Identity unsent = identities.next();
    call_id = fmt::format("{}", unsent.call_id);
    branch = branch_of(unsent);
    tag = fmt::format("{:08x}", unsent.from_tag);
    response.cseq = unsent.cseq;
    EXPECT_EQ(find().slot, no_slot);
}

TEST_F(MatcherTest, an_empty_response_is_foreign) {
    call_id.clear();
    branch.clear();
    tag.clear();
    response = {};
    EXPECT_EQ(find().slot, no_slot);
}

}  // namespace
}  // namespace sipping::match
