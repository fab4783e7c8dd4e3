// Any bytes as an ICMP or ICMPv6 packet.
#include <cstdint>

#include "fuzz_check.hpp"
#include "sipping/wire/icmp_quote.hpp"
#include "sipping/wire/identity.hpp"

using namespace sipping;
using namespace sipping::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto* const begin = reinterpret_cast<const char*>(data);
    for (const Family family : {Family::v4, Family::v6}) {
        const auto quote = parse_icmp(family, {data, size});
        if (!quote) continue;
        FUZZ_CHECK(quote->source.address.family == family);
        FUZZ_CHECK(quote->destination.address.family == family);
        FUZZ_CHECK(quote->payload.data() >= begin &&
                   quote->payload.data() + quote->payload.size() <= begin + size);
        const std::uint64_t call_id = quoted_call_id(quote->payload);
        FUZZ_CHECK(call_id == 0 ||
                   (call_id >= call_id_first && call_id < call_id_first + call_id_count));
    }
    return 0;
}
