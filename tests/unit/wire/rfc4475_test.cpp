// The verdict of both decoders on every message of RFC 4475.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "corpus.hpp"
#include "sipping/wire/name_addr.hpp"
#include "sipping/wire/request.hpp"
#include "sipping/wire/response.hpp"

namespace sipping::wire {
namespace {

using E = DecodeError;

struct Verdict {
    E as_response;
    E as_request;
};

const std::map<std::string, Verdict> verdicts{
    // Responses.
    {"bcast", {E::ok, E::not_sip}},
    {"bigcode", {E::bad_status_line, E::not_sip}},
    {"noreason", {E::ok, E::not_sip}},
    {"scalarlg", {E::bad_cseq, E::not_sip}},  // section 3.1.2.5: discard
    {"unreason", {E::ok, E::not_sip}},
    {"test", {E::not_sip, E::not_sip}},  // no version in its request line
    // Requests that can be answered. Some are faulty in parts an answer does not need.
    {"badaspec", {E::request, E::ok}},
    {"badbranch", {E::request, E::ok}},
    {"baddate", {E::request, E::ok}},
    {"bext01", {E::request, E::ok}},
    {"cparam01", {E::request, E::ok}},
    {"cparam02", {E::request, E::ok}},
    {"dblreq", {E::request, E::ok}},
    {"esc01", {E::request, E::ok}},
    {"esc02", {E::request, E::ok}},
    {"escnull", {E::request, E::ok}},
    {"escruri", {E::request, E::ok}},
    {"intmeth", {E::request, E::ok}},
    {"inv2543", {E::request, E::ok}},
    {"invut", {E::request, E::ok}},
    {"longreq", {E::request, E::ok}},
    {"lwsdisp", {E::request, E::ok}},
    {"mpart01", {E::request, E::ok}},
    {"multi01", {E::request, E::ok}},  // the first of repeated headers counts
    {"novelsc", {E::request, E::ok}},
    {"regaut01", {E::request, E::ok}},
    {"regbadct", {E::request, E::ok}},
    {"regescrt", {E::request, E::ok}},
    {"sdp01", {E::request, E::ok}},
    {"semiuri", {E::request, E::ok}},
    {"transports", {E::request, E::ok}},
    {"unkscm", {E::request, E::ok}},
    {"unksm2", {E::request, E::ok}},
    {"wsinv", {E::request, E::ok}},
    {"zeromf", {E::request, E::ok}},
    // Requests that cannot.
    {"baddn", {E::request, E::bad_header}},  // the file has no empty line
    {"badinv01", {E::request, E::bad_via}},
    {"badvers", {E::request, E::not_sip}},
    {"clerr", {E::request, E::truncated}},
    {"insuf", {E::request, E::bad_from}},
    {"ltgtruri", {E::request, E::not_sip}},
    {"lwsruri", {E::request, E::not_sip}},
    {"lwsstart", {E::request, E::not_sip}},
    {"mcl01", {E::request, E::bad_content_length}},
    {"mismatch01", {E::request, E::bad_cseq}},
    {"mismatch02", {E::request, E::bad_cseq}},
    {"ncl", {E::request, E::bad_content_length}},
    {"quotbal", {E::request, E::bad_header}},  // To
    {"scalar02", {E::request, E::bad_cseq}},
    {"trws", {E::request, E::not_sip}},
};

TEST(Rfc4475, every_message_has_its_verdict) {
    std::size_t seen = 0;
    for (const CorpusFile& file : read_corpus("rfc4475")) {
        const auto expected = verdicts.find(file.name);
        ASSERT_NE(expected, verdicts.end()) << file.name;
        ++seen;
        Response response;
        const E as_response = decode_response(file.bytes, response);
        EXPECT_EQ(as_response, expected->second.as_response)
            << file.name << ": " << to_string(as_response);
        Request request;
        const E as_request = decode_request(file.bytes, request);
        EXPECT_EQ(as_request, expected->second.as_request)
            << file.name << ": " << to_string(as_request);
    }
    EXPECT_EQ(seen, verdicts.size());
}

class Rfc4475Response : public testing::Test {
protected:
    void read(const std::string& name) {
        for (CorpusFile& file : read_corpus("rfc4475"))
            if (file.name == name) bytes_ = std::move(file.bytes);
        ASSERT_EQ(decode_response(bytes_, response_), E::ok) << name;
    }
    std::string bytes_;
    Response response_;
};

TEST_F(Rfc4475Response, bcast_has_two_vias) {
    read("bcast");
    EXPECT_EQ(response_.status, 200);
    EXPECT_EQ(response_.via_count, 2U);
    EXPECT_EQ(response_.via.host, "192.0.2.198");
    EXPECT_EQ(response_.via.branch, "z9hG4bK1324923");
    EXPECT_EQ(response_.call_id, "bcast.0384840201234ksdfak3j2erwedfsASdf");
    EXPECT_EQ(response_.cseq, 35U);
    EXPECT_EQ(response_.cseq_method, "INVITE");
    EXPECT_EQ(response_.from_tag, "11141343");
    std::string_view to_tag;
    EXPECT_TRUE(parse_tag(response_.to, to_tag));
    EXPECT_EQ(to_tag, "2229");
    EXPECT_EQ(response_.body.size(), 154U);
}

TEST_F(Rfc4475Response, noreason_has_an_empty_reason) {
    read("noreason");
    EXPECT_EQ(response_.status, 100);
    EXPECT_EQ(response_.reason, "");
    EXPECT_EQ(response_.status_line, "SIP/2.0 100 ");
}

TEST_F(Rfc4475Response, unreason_keeps_its_utf8) {
    read("unreason");
    EXPECT_EQ(response_.status, 200);
    EXPECT_TRUE(response_.reason.starts_with("= 2**3 * 5**2 \xd0\xbd\xd0\xbe "))
        << response_.reason;
}

TEST(Rfc4475, wsinv_is_read_through_all_its_blanks) {
    for (const CorpusFile& file : read_corpus("rfc4475")) {
        if (file.name != "wsinv") continue;
        Request request;
        ASSERT_EQ(decode_request(file.bytes, request), E::ok);
        EXPECT_EQ(request.top_via.host, "192.0.2.2");
        EXPECT_EQ(request.top_via.branch, "390skdjuw");
        EXPECT_EQ(request.via_count, 2U);
        EXPECT_TRUE(request.to_has_tag);
        EXPECT_EQ(request.cseq_number, 9U);
        EXPECT_EQ(request.cseq_method, "INVITE");
    }
}

}  // namespace
}  // namespace sipping::wire
