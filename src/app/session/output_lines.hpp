// Lines for people and lines for programs, gathered and given to their appenders in one piece.
// Renders nothing and decides nothing.
#pragma once

#include <algorithm>

#include "io/appender.hpp"
#include "sipping/base/text_buffer.hpp"

namespace sipping::app {

class OutputLines {
public:
    /// `text`: where lines for people go; `data`: where JSON lines go. May be the same appender.
    OutputLines(io::Appender& text, io::Appender& data) : text_to_(text), data_to_(data) {}

    /// With at least so much room.
    [[nodiscard]] TextBuffer& text(std::size_t room) noexcept {
        if (text_.room() < room) flush();
        return text_;
    }
    [[nodiscard]] TextBuffer& data(std::size_t room) noexcept {
        if (data_.room() < room) flush();
        return data_;
    }
    void flush() noexcept {
        hand_over(text_, text_to_);
        hand_over(data_, data_to_);
    }
    [[nodiscard]] io::Appender& text_appender() noexcept { return text_to_; }
    [[nodiscard]] const io::Appender& text_appender() const noexcept { return text_to_; }

private:
    static void hand_over(TextBuffer& lines, io::Appender& to) noexcept {
        if (lines.empty()) return;
        const std::string_view text = lines.view();
        to.append(text, static_cast<unsigned>(std::count(text.begin(), text.end(), '\n')));
        lines.clear();
    }

    io::Appender& text_to_;
    io::Appender& data_to_;
    TextBuffer text_{512 * 1024};  // touched only as far as it is used
    TextBuffer data_{128 * 1024};
};

}  // namespace sipping::app
