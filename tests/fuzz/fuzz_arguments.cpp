// Any bytes as a command line, one word a line: no crash, no exception, no control character in a
// message, and whatever is accepted also passes check().
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "sipping/base/values.hpp"

namespace {

constexpr std::size_t words_max = 64;

void require(bool promise) {
    if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sipping;
    std::vector<std::string> words{"sipping", ""};
    for (const std::uint8_t* at = data; at != data + size && words.size() < words_max; ++at) {
        if (*at == '\n')
            words.emplace_back();
        else
            words.back() += static_cast<char>(*at);
    }
    std::vector<const char*> argv;
    std::transform(words.begin(), words.end(), std::back_inserter(argv),
                   [](const std::string& word) { return word.c_str(); });

    app::Arguments arguments;
    const auto wrong = app::parse_arguments(static_cast<int>(argv.size()), argv.data(), arguments);
    require(!has_control(wrong));
    if (!wrong.empty()) return 0;
    switch (arguments.command) {
        case app::Command::ping: require(check(arguments.ping).empty()); break;
        case app::Command::ports: require(check(arguments.ports).empty()); break;
        case app::Command::stress: require(check(arguments.stress).empty()); break;
        case app::Command::trace: require(check(arguments.trace).empty()); break;
        case app::Command::report: require(check(arguments.report).empty()); break;
        case app::Command::respond: require(arguments.respond.v4 || arguments.respond.v6); break;
        case app::Command::help:
        case app::Command::version: require(!arguments.text.empty()); break;
    }
    return 0;
}
