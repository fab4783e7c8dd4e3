#include "sipping/record/packed_row.hpp"

#include <gtest/gtest.h>

namespace sipping::record {
namespace {

Row full() {
    Row row;
    row.kind = Kind::reply;
    row.kind_word = "reply";
    row.sent = WallTime{1'795'800'000s + 123us};
    row.latency = 12'180us;
    row.host = "192.0.2.1";
    row.call_id = 8'257'493'688;
    row.site = "fra";
    row.response = "SIP/2.0 200 OK";
    row.source_port = 40'000;
    row.detail = "rx=user";
    return row;
}

std::string packed(const Row& row, const RowPlace& place = {}) {
    std::string text;
    pack(row, "gw", place, text);
    return text;
}

TEST(PackedRow, says_what_the_row_says) {
    const Row row = full();
    const std::string text = packed(row, {.shift = -3s, .stream = 7, .piece = 9});
    Row other;
    RowPlace place;
    unpack(text, other, place);
    EXPECT_EQ(other.type, RowType::probe);
    EXPECT_EQ(other.kind, Kind::reply);
    EXPECT_EQ(other.kind_word, "reply");
    EXPECT_EQ(other.sent, row.sent);
    EXPECT_EQ(other.latency, row.latency);
    EXPECT_EQ(other.host, row.host);
    EXPECT_EQ(other.call_id, row.call_id);
    EXPECT_EQ(other.site, row.site);
    EXPECT_EQ(other.response, row.response);
    EXPECT_EQ(other.target, "gw");
    EXPECT_EQ(other.source_port, row.source_port);
    EXPECT_EQ(other.detail, row.detail);
    EXPECT_EQ(place.shift, -3s);
    EXPECT_EQ(place.stream, 7U);
    EXPECT_EQ(place.piece, 9U);
    Row lost;
    lost.kind = Kind::timeout;
    unpack(packed(lost), other, place);
    EXPECT_EQ(other.latency, std::nullopt);
    EXPECT_EQ(other.response, "");
}

TEST(PackedRow, by_time_then_by_call_id_the_place_last) {
    const Row row = full();
    Row later = row;
    later.sent += 1us;
    Row other_id = row;
    ++other_id.call_id;
    Row other_text = row;
    other_text.detail = "rx=usar";
    const std::string first = packed(row);
    for (const Row& behind : {later, other_id}) {
        EXPECT_TRUE(packed_before(first, packed(behind)));
        EXPECT_FALSE(packed_before(packed(behind), first));
    }
    EXPECT_TRUE(packed_before(first, packed(other_text)));
    EXPECT_TRUE(packed_before(packed(row, {.stream = 5}), packed(other_text)));
    EXPECT_TRUE(packed_before(first, packed(row, {.stream = 1})));
    EXPECT_TRUE(packed_before(packed(row, {.stream = 1}), packed(row, {.stream = 1, .piece = 1})));
    EXPECT_FALSE(packed_before(first, first));
    EXPECT_TRUE(packed_before(packed(later), packed(row, {.shift = 1s}))) << "by the shifted time";
}

TEST(PackedRow, a_whole_row_is_before_its_cut_copy) {
    Row row;
    row.response = "SIP/2.0 200 OK";
    Row cut = row;
    cut.response = "SIP/2.0 200";
    EXPECT_TRUE(packed_before(packed(row, {.stream = 1}), packed(cut)));
    EXPECT_FALSE(packed_before(packed(cut), packed(row, {.stream = 1})));
}

}  // namespace
}  // namespace sipping::record
