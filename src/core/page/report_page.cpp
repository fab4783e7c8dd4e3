#include "sipping/page/report_page.hpp"

#include <algorithm>

#include "sipping/page/page_parts.hpp"

namespace sipping::page {

std::string report_page(std::string_view json) {
    // Within JSON a `<` can only be part of a string, where the escape means the same. Without any,
    // nothing in the data can end the element it is in, or begin a comment.
    constexpr std::string_view escaped = "\\u003c";
    const auto found = static_cast<std::size_t>(std::ranges::count(json, '<'));
    std::string page;
    page.reserve(before_data.size() + json.size() + found * escaped.size() + after_data.size());
    page += before_data;
    for (std::size_t begin = 0; begin < json.size();) {
        const std::size_t end = std::min(json.find('<', begin), json.size());
        page += json.substr(begin, end - begin);
        if (end < json.size()) page += escaped;
        begin = end + 1;
    }
    page += after_data;
    return page;
}

}  // namespace sipping::page
