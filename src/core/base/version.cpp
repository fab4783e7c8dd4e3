#include "sipping/base/version.hpp"

namespace sipping {

std::string_view version() noexcept {
    return SIPPING_VERSION;
}

}  // namespace sipping
