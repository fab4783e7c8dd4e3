#include "sipping/wire/params.hpp"

#include "sipping/wire/text.hpp"

namespace sipping::wire {
namespace {

constexpr CharSet value_end(";,\" \t\r\n");

// Length of the value at the front: a quoted string, or everything up to a separator, which covers
// tokens, hosts and both ways to write an IPv6 address. `ok` is false for an endless quote.
std::size_t value_length(std::string_view text, bool& ok) noexcept {
    if (!text.empty() && text.front() == '"') {
        const std::size_t length = quoted_length(text);
        ok = length != 0;
        return length;
    }
    return value_end.find_in(text);
}

}  // namespace

bool ParamReader::next(Param& param) noexcept {
    std::string_view rest = trim_left(rest_);
    rest_ = rest;
    if (rest.empty() || rest.front() != ';') return false;
    rest = trim_left({rest.data() + 1, rest.size() - 1});
    const char* const begin = rest.data();
    param.name = take_token(rest);
    if (param.name.empty()) return false;
    param.value = {};
    const std::string_view after_name = trim_left(rest);
    if (!after_name.empty() && after_name.front() == '=') {
        const std::string_view value = trim_left({after_name.data() + 1, after_name.size() - 1});
        bool ok = true;
        const std::size_t length = value_length(value, ok);
        if (!ok) return false;
        param.value = {value.data(), length};
        rest = {value.data() + length, value.size() - length};
    }
    param.whole = {begin, static_cast<std::size_t>(rest.data() - begin)};
    rest_ = rest;
    return true;
}

}  // namespace sipping::wire
