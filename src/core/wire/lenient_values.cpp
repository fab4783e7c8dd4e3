#include "sipping/wire/lenient_values.hpp"

#include "sipping/wire/cseq.hpp"
#include "sipping/wire/name_addr.hpp"
#include "sipping/wire/params.hpp"
#include "sipping/wire/text.hpp"

namespace sipping::wire {
namespace {

constexpr auto npos = std::string_view::npos;

/// The parameters at the front of `rest`, empty ones stepped over; true when nothing but the end or
/// a comma follows them.
template <class Take>
bool take_params(std::string_view rest, Take&& take) noexcept {
    for (;;) {
        rest = trim_left(rest);
        if (rest.empty() || rest.front() == ',') return true;
        if (rest.front() != ';') return false;
        const std::string_view after = trim_left(rest.substr(1));
        if (after.empty() || after.front() == ';' || after.front() == ',') {
            rest = after;
            continue;
        }
        ParamReader one(rest);
        Param param;
        if (!one.next(param)) return false;
        take(param);
        rest = one.rest();
    }
}

/// Whatever looks like a parameter, wherever it stands before the first comma.
template <class Take>
void find_params(std::string_view text, Take&& take) noexcept {
    bool quotes_end = true;  // looked for once: a run of quotes that never end would cost a square
    for (std::size_t i = 0; i < text.size() && text[i] != ','; ++i) {
        if (text[i] == '"' && quotes_end) {
            const std::size_t length = quoted_length(text.substr(i));
            quotes_end = length > 0;
            if (quotes_end) i += length - 1;
            continue;
        }
        if (text[i] != ';') continue;
        ParamReader one(text.substr(i));
        Param param;
        if (one.next(param)) take(param);
    }
}

}  // namespace

bool read_via(std::string_view value, Via& via) noexcept {
    if (parse_via(value, via)) return true;
    via = {};
    std::string_view rest = value;
    const auto take = [&via](const Param& param) { take_via_param(param, via); };
    if (take_sent_by(rest, via) && take_params(rest, take)) return true;
    find_params(value, take);
    return false;
}

bool read_tag(std::string_view value, std::string_view& tag) noexcept {
    if (parse_tag(value, tag)) return true;
    tag = {};
    std::string_view rest = value;
    const auto take = [&tag](const Param& param) {
        if (tag.empty() && is_param(param, "tag")) tag = param.value;
    };
    if (take_address(rest) && take_params(rest, take) && rest.find(',') == npos) return true;
    const std::size_t bracket = value.rfind('>');
    find_params(bracket == npos ? value : value.substr(bracket), take);
    return false;
}

bool read_call_id(std::string_view value, std::string_view& call_id) noexcept {
    value.remove_prefix(invisible_chars.span_of(value));
    call_id = value.substr(0, invisible_chars.find_in(value));
    return !call_id.empty() && call_id.size() == value.size();
}

bool read_cseq(std::string_view value, std::uint32_t& number, std::string_view& method) noexcept {
    if (parse_cseq(value, number, method)) return true;
    constexpr std::uint64_t limit = std::uint64_t{1} << 31;
    std::size_t digits = 0;
    while (digits < value.size() && is_digit(value[digits]))
        ++digits;
    std::uint64_t wide = 0;
    number = read_number(value.substr(0, digits), wide) && wide < limit
                 ? static_cast<std::uint32_t>(wide)
                 : 0;
    std::string_view rest = trim_left(value.substr(digits));
    method = take_token(rest);
    return false;
}

}  // namespace sipping::wire
