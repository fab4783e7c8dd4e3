#include "sipping/base/syntax_fault.hpp"

namespace sipping {

std::string_view to_string(Fault fault) noexcept {
    static constexpr std::array<std::string_view, fault_count> names{
        "none",      "leading-bytes", "status-line", "status-code",
        "line-end",  "leading-blank", "no-colon",    "no-name",
        "bad-value", "no-end",        "short-body",  "too-many-headers"};
    static_assert(static_cast<int>(Fault::too_many_headers) == fault_count - 1);
    return names[static_cast<std::size_t>(fault)];
}

}  // namespace sipping
