#include "sipping/record/last_row.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace sipping::record {
namespace {

struct Kept {
    std::string kind, response, detail;
    friend bool operator==(const Kept&, const Kept&) = default;
};

/// Nothing: it is cut off.
std::optional<Kept> keep(const std::string& text, std::size_t fields_before,
                         std::string_view response_before = "SIP/2.0 200 OK") {
    CsvReader reader;
    CsvRecord record;
    std::string_view input = text;
    Row row;
    if (reader.next(input, true, record) != CsvReader::Status::record) return std::nullopt;
    EXPECT_FALSE(record.ended);
    if (read_row(record, row) != RowError::ok) return std::nullopt;
    if (!keep_whole(record, fields_before, response_before, row)) return std::nullopt;
    return Kept{std::string{to_string(row.kind)}, std::string{row.response},
                std::string{row.detail}};
}

/// Cut anywhere, a row gives what the whole one does, or nothing; but for what may be missing.
void cut_everywhere(const std::string& whole, std::size_t fields, const Kept& right,
                    std::string_view detail_left_out = "") {
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto kept = keep(whole.substr(0, size), fields);
        if (!kept) continue;
        EXPECT_EQ(kept->kind, right.kind) << whole.substr(0, size);
        EXPECT_TRUE(kept->response == right.response || kept->response == "SIP/2.0 200")
            << kept->response;
        EXPECT_TRUE(kept->detail.empty() || right.detail.starts_with(kept->detail))
            << kept->detail << detail_left_out;
    }
    EXPECT_EQ(keep(whole, fields), right) << whole;
}

TEST(LastRow, of_the_full_form_cut_anywhere) {
    const std::string head = "t,1795800000.500000,192.0.2.1,";
    cut_everywhere(head + "12.180,8257493688,SIP/2.0 200 OK,gw,40000,reply,", 10,
                   {"reply", "SIP/2.0 200 OK", ""});
    cut_everywhere(
        head + "12.180,8257493688,SIP/2.0 200 OK,gw,40000,reply,from=192.0.2.9:5060;rx=user", 10,
        {"reply", "SIP/2.0 200 OK", "from=192.0.2.9:5060;rx=user"});
    cut_everywhere(head + "drop,8257493688,drop,gw,40000,timeout,", 10, {"timeout", "", ""});
    EXPECT_EQ(
        keep(head + "12.180,1,SIP/2.0 200 OK,gw,1,reply,mangled=via;retry_after=3", 10)->detail,
        "mangled=via")
        << "may have been 30";
    EXPECT_FALSE(keep(head + "12.180,1,SIP/2.0 200 OK,gw,1,reply,ru", 10));
}

TEST(LastRow, a_loss_whose_detail_is_cut_may_be_our_own) {
    const std::string loss = "t,1795800000.500000,192.0.2.1,drop,1,drop,gw,40000,icmp,";
    EXPECT_FALSE(keep(loss + "icmp=port-unreachable;icmp_from=192.0.2.7", 10));
    EXPECT_FALSE(keep(loss + "icmp=port-unreachable;icmp_from=192.0.2.7;sel", 10));
    EXPECT_FALSE(keep(loss + "icmp=port-unreachable;icmp_from=192.0.2.7;self=", 10));
    EXPECT_TRUE(keep(loss + "icmp=port-unreachable;icmp_from=192.0.2.7;self=sta", 10));
}

TEST(LastRow, of_the_classic_form_cut_anywhere) {
    cut_everywhere(
        "28/11/26 11:49:09:402408,1795866549.4024127,127.0.1.1,0.1,2332482360,SIP/2.0 200 OK", 6,
        {"reply", "SIP/2.0 200 OK", ""});
    cut_everywhere("28/11/26 11:49:10:605602,1795866550.6056125,127.0.1.1,drop,3860204577,drop", 6,
                   {"timeout", "", ""});
    const std::string other = "t,1795866549.4,127.0.1.1,0.1,2332482360,SIP/2.0 503 Service Unav";
    EXPECT_EQ(keep(other, 6)->response, "SIP/2.0 503") << "its end is not known";
    EXPECT_EQ(keep(other, 6, "SIP/2.0 503 Service Unav")->response, "SIP/2.0 503 Service Unav");
    EXPECT_FALSE(keep("t,1795866549.4,127.0.1.1,0.1,2332482360,SIP/2.0 5", 6));
}

TEST(LastRow, a_full_row_cut_to_six_fields_is_no_classic_one) {
    const std::string cut = "t,1795800000.500000,192.0.2.1,drop,1,drop";
    EXPECT_FALSE(keep(cut, 10));
    EXPECT_TRUE(keep(cut, 6));
    EXPECT_TRUE(keep(cut, 0)) << "the only row";
}

TEST(LastRow, of_gaps_and_others) {
    const std::string head =
        "t,1795800000.500000,,,,,gw,,gap,from=1795800000.5;until=1795800000.5;";
    EXPECT_TRUE(keep(head + "reason=stop;count=0", 10));
    EXPECT_FALSE(keep(head + "reason=stall;count=1", 10)) << "may have been 12";
    EXPECT_FALSE(keep(head + "reason=st", 10));
    EXPECT_FALSE(keep("t,1795800000.500000,,,,,gw,,unread,reason=stun;length=2", 10));
}

}  // namespace
}  // namespace sipping::record
