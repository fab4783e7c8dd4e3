#include "text/safe_text.hpp"

#include "sipping/base/escape.hpp"

namespace sipping::app {

std::string safe(std::string_view text) {
    TextBuffer out(4 * text.size() + 16);
    append_escaped(out, text, text.size());
    return std::string{out.view()};
}

std::string csv_field(std::string_view text) {
    TextBuffer out(4 * text.size() + 16);
    append_csv_field(out, text, text.size());
    return std::string{out.view()};
}

}  // namespace sipping::app
