// Any datagram as a response: views must lie inside it and hold what their fields promise.
#include <cstdint>

#include "difference.hpp"
#include "fuzz_check.hpp"
#include "sipping/wire/response.hpp"

using namespace sipping::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view datagram(reinterpret_cast<const char*>(data), size);
    FUZZ_CHECK(response_difference(datagram).empty());
    Response response;
    if (decode_response(datagram, response) != DecodeError::ok) return 0;
    for (const std::string_view view :
         {response.status_line, response.reason, response.call_id, response.from_tag, response.to,
          response.cseq_method, response.body, response.via.host, response.via.branch,
          response.via.received, response.via.transport})
        FUZZ_CHECK(view.empty() || (view.data() >= datagram.data() &&
                                    view.data() + view.size() <= datagram.data() + size));
    FUZZ_CHECK(response.status >= 100 && response.status <= 699);
    FUZZ_CHECK(response.cseq < 0x80000000U);
    FUZZ_CHECK(response.has_via == (response.via_count > 0));
    std::uint64_t call_id = 0;
    std::uint64_t proof = 0;
    if (parse_branch(response.via.branch, call_id, proof))
        FUZZ_CHECK(call_id >= 1'000'000'000 && call_id <= 9'999'999'999);
    FUZZ_CHECK(call_id_number(response.call_id) <= 9'999'999'999);
    return 0;
}
