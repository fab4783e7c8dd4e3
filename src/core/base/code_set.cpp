#include "sipping/base/code_set.hpp"

#include "sipping/base/parse.hpp"

namespace sipping {

std::string read_codes(std::string_view text, CodeSet& codes) {
    CodeSet read;
    while (true) {
        const auto comma = text.find(',');
        const std::string_view part = text.substr(0, comma);
        const auto dash = part.find('-');
        const auto low = parse_count(part.substr(0, dash), CodeSet::first, CodeSet::last);
        const auto high = dash == std::string_view::npos
                              ? low
                              : parse_count(part.substr(dash + 1), CodeSet::first, CodeSet::last);
        if (!low || !high) return "must be status codes, 200 to 699 (e.g. 503 or 408,500-504)";
        if (*low > *high) return "has a range that begins above its end";
        if (*low < CodeSet::final_first)
            return "has a code below 200: a provisional response (1xx) ends no probe";
        read.add(static_cast<std::uint16_t>(*low), static_cast<std::uint16_t>(*high));
        if (comma == std::string_view::npos) break;
        text.remove_prefix(comma + 1);
    }
    codes = read;
    return {};
}

}  // namespace sipping
