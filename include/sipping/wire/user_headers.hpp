// Headers that a user gives, "Name: value": which of ours they take the place of, and which they
// may not (RFC 3261 section 8.1.1).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sipping::wire {

struct UserHeader {
    std::string_view name;
    std::string_view value;
};

/// Both without blanks around them; the name is empty where there is no colon.
[[nodiscard]] UserHeader split_header(std::string_view line) noexcept;

/// Names of one header: any case, and the compact form is the long one (section 7.3.3).
[[nodiscard]] bool same_header(std::string_view left, std::string_view right) noexcept;

/// One of ours gives way to the user's of that name; an empty value takes it out.
[[nodiscard]] bool is_replaceable(std::string_view name) noexcept;

/// What is wrong with these lines, to be put behind the culprit, and which it is; empty: nothing.
[[nodiscard]] std::string check_headers(std::span<const std::string> lines,
                                        std::string_view& culprit);

/// `own` and, of `general`, the lines whose header is not among them.
[[nodiscard]] std::vector<std::string> joined_headers(std::span<const std::string> own,
                                                      std::span<const std::string> general);

}  // namespace sipping::wire
