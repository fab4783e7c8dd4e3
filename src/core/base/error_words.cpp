#include "sipping/base/error_words.hpp"

#include <fmt/format.h>

#include <cstring>

namespace sipping {

std::string error_words(int error) {
    const char* name = error > 0 ? strerrorname_np(error) : nullptr;
    const char* text = error > 0 ? strerrordesc_np(error) : nullptr;
    if (name == nullptr || text == nullptr) return fmt::format("error {}", error);
    return fmt::format("{} ({})", name, text);
}

}  // namespace sipping
