// Steps of the slow decoder that slow_request.cpp takes too.
#pragma once

#include <string>
#include <vector>

#include "sipping/wire/decode_error.hpp"

namespace sipping::wire::slow {

struct Line {
    std::string name;  ///< lower case, compact forms spelled out
    std::string value;
};

[[nodiscard]] std::string lower(std::string text);
[[nodiscard]] std::string strip(const std::string& text);
[[nodiscard]] bool only(const std::string& text, const std::string& allowed);
/// The header lines up to the empty one; `body` is what follows.
DecodeError read_lines(const std::string& text, std::vector<Line>& lines, std::string& body);
[[nodiscard]] const Line* first_of(const std::vector<Line>& lines, const std::string& name);
/// False when the value is no name-addr or addr-spec with parameters.
[[nodiscard]] bool read_tag(const std::string& value, std::string& tag);

}  // namespace sipping::wire::slow
