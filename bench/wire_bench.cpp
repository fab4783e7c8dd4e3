// Speed of the codec alone: encode, decode, identities. Not the loop and not the kernel.
#include <benchmark/benchmark.h>

#include <array>
#include <string_view>

#include "sipping/wire/identity.hpp"
#include "sipping/wire/request_template.hpp"
#include "sipping/wire/response.hpp"

namespace sipping::wire {
namespace {

// 450 bytes, as a PBX answers.
constexpr std::string_view reply =
    "SIP/2.0 200 OK\r\n"
    "Via: SIP/2.0/UDP 192.0.2.10:40112;branch=z9hG4bK94371473900123456789abcdef"
    ";received=192.0.2.10;rport=40112\r\n"
    "From: \"SIP Ping\" <sip:sipping@sipping.invalid>;tag=1a2b3c4d\r\n"
    "To: <sip:203.0.113.5:5060>;tag=as58f4b0c2\r\n"
    "Call-ID: 9437147390\r\n"
    "CSeq: 1804289383 OPTIONS\r\n"
    "Server: PBX 18.20.2\r\n"
    "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY\r\n"
    "Supported: timer\r\n"
    "Contact: <sip:203.0.113.5:5060>\r\n"
    "Accept: application/sdp\r\n"
    "Content-Length: 0\r\n"
    "\r\n";
static_assert(reply.size() == 450);

void decode_450_byte_reply(benchmark::State& state) {
    Response response;
    for (auto _ : state) {
        benchmark::DoNotOptimize(decode_response(reply, response));
        benchmark::DoNotOptimize(response);
    }
    if (response.cseq != 1804289383) state.SkipWithError("the reply was not decoded");
}
BENCHMARK(decode_450_byte_reply);

void encode_request(benchmark::State& state) {
    RequestFields fields;
    fields.target_host = "203.0.113.5:5060";
    fields.via_host = "192.0.2.10";
    fields.user_agent = "sipping/0.1.0";
    const RequestTemplate request(fields);
    const Identity identity = IdentitySource(Key{1, 2}).of(9437147390);
    std::array<char, request_capacity> out;
    std::uint16_t port = 1024;
    for (auto _ : state) {
        benchmark::DoNotOptimize(request.encode(identity, ++port | 1, out));
        benchmark::DoNotOptimize(out);
    }
}
BENCHMARK(encode_request);

void identity_next(benchmark::State& state) {
    IdentitySource source(Key{1, 2});
    for (auto _ : state)
        benchmark::DoNotOptimize(source.next());
}
BENCHMARK(identity_next);

void identity_of(benchmark::State& state) {
    const IdentitySource source(Key{1, 2});
    std::uint64_t call_id = call_id_first;
    for (auto _ : state)
        benchmark::DoNotOptimize(source.of(++call_id));
}
BENCHMARK(identity_of);

}  // namespace
}  // namespace sipping::wire

BENCHMARK_MAIN();
