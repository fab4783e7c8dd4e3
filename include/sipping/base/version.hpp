// Which sipping this is.
#pragma once

#include <string_view>

namespace sipping {

/// "0.1.0", as in meson.build.
[[nodiscard]] std::string_view version() noexcept;

}  // namespace sipping
