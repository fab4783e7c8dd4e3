// How Console begins and ends every line: colour, line end, and what happens to one that does not
// fit. For the console's own files only.
#pragma once

#include "sipping/console/console.hpp"

namespace sipping::console {

template <class Render>
void Console::print_line(TextBuffer& out, std::string_view color, Render&& render) noexcept {
    const bool colored = options_.color && !color.empty();
    const bool fitted = append_rendered(out, [&](LineWriter& line) {
        if (colored) line.put(color);
        render(line);
        if (colored) line.put("\x1b[0m");
        line.put('\n');
    });
    if (!fitted) ++lines_lost_;
}

}  // namespace sipping::console
