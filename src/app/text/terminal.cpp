#include "text/terminal.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace sipping::app {

bool shows_escapes(int fd) noexcept {
    const char* kind = std::getenv("TERM");
    return ::isatty(fd) == 1 && (kind == nullptr || std::string_view{kind} != "dumb");
}

}  // namespace sipping::app
