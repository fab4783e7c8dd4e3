// Any datagram to the forgiving reader: views lie inside it, a name holds token characters, and
// what the strict decoder accepts is read alike by both.
#include <cstdint>

#include "difference.hpp"
#include "fuzz_check.hpp"
#include "sipping/wire/lenient.hpp"

using namespace sipping::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view datagram(reinterpret_cast<const char*>(data), size);
    FUZZ_CHECK(lenient_difference(datagram).empty());
    Response response;
    sipping::SyntaxFault fault;
    const DecodeError error = read_response(datagram, response, fault);
    FUZZ_CHECK(error == DecodeError::ok || error == DecodeError::keep_alive ||
               error == DecodeError::request || error == DecodeError::not_sip);
    FUZZ_CHECK((error == DecodeError::keep_alive) == without_padding(datagram).empty());
    for (const char c : fault.header())
        FUZZ_CHECK(c > ' ' && c < 0x7f && c != ';' && c != ',' && c != '"' && c != '\\');
    if (error != DecodeError::ok) return 0;
    for (const std::string_view view :
         {response.status_line, response.reason, response.call_id, response.from_tag, response.to,
          response.cseq_method, response.body, response.via.host, response.via.branch,
          response.via.received, response.via.transport})
        FUZZ_CHECK(view.empty() || (view.data() >= datagram.data() &&
                                    view.data() + view.size() <= datagram.data() + size));
    FUZZ_CHECK(response.cseq < 0x80000000U);
    Response echo;
    FUZZ_CHECK(!read_echo(datagram, echo));
    return 0;
}
