// The decoder against the slow obvious one: over the corpus, and over messages mutated from it.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "corpus.hpp"
#include "sipping/base/prng.hpp"
#include "sipping/wire/name_addr.hpp"
#include "sipping/wire/response.hpp"
#include "slow_decoder.hpp"

namespace sipping::wire {
namespace {

constexpr Key seed{0x5349505f50494e47, 2026};
constexpr int mutations_per_message = 3000;

std::string port_text(std::uint16_t port) {
    return port == 0 ? "" : std::to_string(port);
}

// Numbers of at most five digits after leading zeros, as a port; 0 for anything else.
std::uint16_t port_of(const std::string& text) {
    const std::size_t begin = text.find_first_not_of('0');
    if (begin == std::string::npos || text.size() - begin > 5) return 0;
    if (text.find_first_not_of("0123456789") != std::string::npos) return 0;
    const unsigned long number = std::stoul(text.substr(begin));
    return number <= 65535 ? static_cast<std::uint16_t>(number) : std::uint16_t{0};
}

void expect_same_via(const Response& fast, const slow::Response& slow) {
    EXPECT_EQ(fast.via.transport, slow.transport);
    EXPECT_EQ(fast.via.host, slow.host);
    EXPECT_EQ(port_text(fast.via.port), port_text(port_of(slow.port)));
    const auto first_filled = [&slow](std::string_view name) -> std::string {
        for (const auto& [key, value] : slow.via_params)
            if (key == name && value && !value->empty()) return *value;
        return {};
    };
    EXPECT_EQ(fast.via.branch, first_filled("branch"));
    EXPECT_EQ(fast.via.received, first_filled("received"));
    const auto rport = slow::param(slow.via_params, "rport");
    EXPECT_EQ(fast.via.has_rport, rport.has_value());
    EXPECT_EQ(fast.via.rport, port_of(rport.value_or("")));
}

void expect_same(const std::string& message) {
    SCOPED_TRACE(message);
    Response fast;
    const DecodeError error = decode_response(message, fast);
    const slow::Response slow = slow::decode(message);
    ASSERT_EQ(to_string(error), to_string(slow.error));
    if (error != DecodeError::ok) return;
    EXPECT_EQ(std::to_string(fast.status), slow.status);
    EXPECT_EQ(fast.reason, slow.reason);
    EXPECT_EQ(fast.via_count, static_cast<std::uint32_t>(slow.via_count));
    EXPECT_EQ(fast.call_id, slow.call_id);
    EXPECT_EQ(fast.from_tag, slow.from_tag);
    std::string_view to_tag;
    if (!parse_tag(fast.to, to_tag)) to_tag = {};
    EXPECT_EQ(to_tag, slow.to_tag);
    EXPECT_EQ(std::to_string(fast.cseq), slow.cseq.empty() ? "0" : slow.cseq);
    EXPECT_EQ(fast.cseq_method, slow.cseq_method);
    EXPECT_EQ(fast.retry_after_s, slow.retry_after_s);
    EXPECT_EQ(fast.body, slow.body);
    if (fast.has_via) expect_same_via(fast, slow);
}

std::vector<std::string> messages() {
    std::vector<std::string> all;
    for (const char* folder : {"response", "rfc4475"})
        for (CorpusFile& file : read_corpus(folder))
            all.push_back(std::move(file.bytes));
    return all;
}

// A random place, preferably one where the grammar turns.
std::size_t place(const std::string& text, Prng& random) {
    const std::size_t at = random.below(text.size());
    if (random.chance(50)) return at;
    const std::size_t turn = text.find_first_of("\r\n:;,=\"<> /@", at);
    return turn == std::string::npos ? at : turn;
}

void mutate(std::string& text, Prng& random) {
    static constexpr std::array<std::string_view, 24> pieces{
        "\r\n",        "\n",  "\r\n ", "\r\n\t",   " ",  "\t",    ":",        ";",
        ",",           "\"",  "\\",    "<",        ">",  "=",     "/",        "0",
        "99999999999", "v: ", "tag=1", "\r\n\r\n", "i:", "[::1]", ";rport=7", "\r\nl: 0\r\n"};
    for (std::uint64_t changes = 1 + random.below(3); changes > 0 && !text.empty(); --changes) {
        const std::size_t at = place(text, random);
        switch (random.below(5)) {
            case 0: text[at] = static_cast<char>(random.below(256)); break;
            case 1: text.erase(at, 1 + random.below(4)); break;
            case 2: text.insert(at, pieces[random.below(pieces.size())]); break;
            case 3:
                text.insert(at, text.substr(random.below(text.size()), random.below(40)));
                break;
            default: text.replace(at, 1, pieces[random.below(pieces.size())]); break;
        }
    }
}

TEST(Differential, corpus) {
    for (const std::string& message : messages())
        expect_same(message);
}

TEST(Differential, mutated_corpus) {
    std::printf("seed %llx %llx\n", static_cast<unsigned long long>(seed.low),
                static_cast<unsigned long long>(seed.high));
    Prng random(seed);
    int accepted = 0;
    for (const std::string& message : messages()) {
        if (!message.starts_with("SIP/") && !message.starts_with("sip/")) continue;
        for (int i = 0; i < mutations_per_message && !HasFailure(); ++i) {
            std::string changed = message;
            mutate(changed, random);
            expect_same(changed);
            Response response;
            if (decode_response(changed, response) == DecodeError::ok) ++accepted;
        }
    }
    EXPECT_GT(accepted, 10'000) << "too few messages survive to compare anything";
}

}  // namespace
}  // namespace sipping::wire
