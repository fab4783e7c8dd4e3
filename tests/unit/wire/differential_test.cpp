// The decoder against the slow obvious one: over the corpus, and over messages mutated from it.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "corpus.hpp"
#include "difference.hpp"
#include "sipping/base/prng.hpp"
#include "sipping/wire/request.hpp"
#include "sipping/wire/response.hpp"

namespace sipping::wire {
namespace {

constexpr Key seed{0x5349505f50494e47, 2026};
constexpr int mutations_per_message = 3000;

void expect_same(const std::string& message) {
    SCOPED_TRACE(message);
    EXPECT_EQ(response_difference(message), "");
    EXPECT_EQ(request_difference(message), "");
    EXPECT_EQ(lenient_difference(message), "");
}

std::vector<std::string> messages() {
    std::vector<std::string> all;
    for (const char* folder : {"response", "request", "rfc4475"})
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

/// What the corpus has of responses, read by the shape of itself and of what it was before.
TEST(Differential, shapes_read_as_the_decoder_does) {
    Prng random(seed);
    int read = 0;
    for (const std::string& message : messages()) {
        for (int i = 0; i < mutations_per_message / 3 && !HasFailure(); ++i) {
            std::string before = message;
            if (i % 3 == 0) mutate(before, random);
            std::string after = before;
            // Digits become others, mostly: those are the fields that change.
            for (char& c : after)
                if (c >= '0' && c <= '9' && random.chance(3))
                    c = static_cast<char>('0' + random.below(10));
            if (i % 2 == 0) mutate(after, random);
            bool was_read = false;
            EXPECT_EQ(shape_difference(before, after, was_read), "") << before << "\n" << after;
            read += was_read ? 1 : 0;
        }
    }
    EXPECT_GT(read, 1'000) << "too few shapes fit to compare anything";
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
    int requests = 0;
    for (const std::string& message : messages()) {
        for (int i = 0; i < mutations_per_message && !HasFailure(); ++i) {
            std::string changed = message;
            mutate(changed, random);
            expect_same(changed);
            Response response;
            if (decode_response(changed, response) == DecodeError::ok) ++accepted;
            Request request;
            if (decode_request(changed, request) == DecodeError::ok) ++requests;
        }
    }
    EXPECT_GT(requests, 10'000) << "too few requests survive to compare anything";
    EXPECT_GT(accepted, 10'000) << "too few messages survive to compare anything";
}

}  // namespace
}  // namespace sipping::wire
