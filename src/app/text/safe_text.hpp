// Text that came from others, made harmless.
#pragma once

#include <string>
#include <string_view>

namespace sipping::app {

/// As a terminal may show it.
[[nodiscard]] std::string safe(std::string_view text);
/// The same as a CSV field.
[[nodiscard]] std::string csv_field(std::string_view text);

}  // namespace sipping::app
