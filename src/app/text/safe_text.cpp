#include "text/safe_text.hpp"

#include "sipping/sink/escape.hpp"

namespace sipping::app {

std::string safe(std::string_view text) {
    TextBuffer out(4 * text.size() + 16);
    sink::append_escaped(out, text, text.size());
    return std::string{out.view()};
}

std::string csv_field(std::string_view text) {
    TextBuffer out(4 * text.size() + 16);
    sink::append_csv_field(out, text, text.size());
    return std::string{out.view()};
}

}  // namespace sipping::app
