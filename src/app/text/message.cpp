#include "text/message.hpp"

#include <cstdio>

#include "sipping/base/escape.hpp"

namespace sipping::app {

std::string message_line(std::string_view text) {
    TextBuffer line(4 * text.size() + 16);
    line.append("sipping: ");
    append_escaped(line, text, text.size());
    line.append("\n");
    return std::string(line.view());
}

void tell(std::string_view text) {
    std::fputs(message_line(text).c_str(), stderr);
}

}  // namespace sipping::app
