// Any datagram as a request: what can be answered gets an answer that decodes and echoes; and the
// whole responder, which is no amplifier and answers no answer.
#include <array>
#include <cstdint>

#include "difference.hpp"
#include "fuzz_check.hpp"
#include "sipping/respond/responder.hpp"
#include "sipping/wire/name_addr.hpp"
#include "sipping/wire/request.hpp"

using namespace sipping;
using namespace sipping::wire;

namespace {

void respond_to(std::string_view datagram) {
    static respond::Responder responder({.max_rate_per_s = 1'000'000, .max_waiting = 16});
    static probe::Outbox outbox;
    static Instant now{1s};
    now += 10us;
    const respond::Counts before = responder.counts();
    responder.on_arrival(
        {.at = now, .from = {Address{.bytes = {192, 0, 2, 1}}, 40112}, .bytes = datagram}, now);
    FUZZ_CHECK(!responder.due(now, outbox));
    const respond::Counts& after = responder.counts();
    FUZZ_CHECK(after.received == before.received + 1);
    FUZZ_CHECK(after.answered + after.refused + after.over_rate + after.own + after.dropped +
                   after.overflowed + after.other() ==
               after.received);
    FUZZ_CHECK(outbox.entries().size() == after.answered - before.answered);
    for (const probe::Outgoing& answer : outbox.entries()) {
        FUZZ_CHECK(!datagram.starts_with("SIP/"));
        FUZZ_CHECK(answer.length <= datagram.size() * 3 / 2);
        FUZZ_CHECK(answer.to.address == (Address{.bytes = {192, 0, 2, 1}}));
    }
    outbox.clear();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    respond_to({reinterpret_cast<const char*>(data), size});
    FUZZ_CHECK(request_difference({reinterpret_cast<const char*>(data), size}).empty());
    Request request;
    if (decode_request({reinterpret_cast<const char*>(data), size}, request) != DecodeError::ok)
        return 0;
    const Endpoint source{Address{.bytes = {192, 0, 2, 1}}, 40112};
    FUZZ_CHECK(answer_destination(request, source).port != 0);
    static std::array<char, 1 << 20> out;
    const std::size_t length = encode_answer(request, source, {.to_tag = 0x1a2b3c4d}, out);
    FUZZ_CHECK(length != 0);
    Response response;
    FUZZ_CHECK(decode_response({out.data(), length}, response) == DecodeError::ok);
    FUZZ_CHECK(response.call_id == request.call_id);
    FUZZ_CHECK(response.cseq == request.cseq_number && response.cseq_method == request.cseq_method);
    FUZZ_CHECK(response.via.host == request.top_via.host);
    FUZZ_CHECK(response.via.received == "192.0.2.1");
    FUZZ_CHECK(response.via.rport == (request.top_via.has_rport ? source.port : 0));
    FUZZ_CHECK(response.via_count >= request.via_count);
    std::string_view to_tag;
    FUZZ_CHECK(parse_tag(response.to, to_tag) && !to_tag.empty());
    return 0;
}
