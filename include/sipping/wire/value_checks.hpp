// What users may put into a request. Each returns what is wrong, to be put behind the culprit, or
// an empty string.
#pragma once

#include <string>
#include <string_view>

namespace sipping::wire {

/// Display names and header values: anything on one line.
[[nodiscard]] std::string check_line(std::string_view text);

/// Parts of a URI or of Via, which are put between other text as they are.
[[nodiscard]] std::string check_part(std::string_view text);

/// The value of From or To: with a scheme, without a tag.
[[nodiscard]] std::string check_address(std::string_view text);

/// The value of Contact.
[[nodiscard]] std::string check_contact(std::string_view text);

}  // namespace sipping::wire
