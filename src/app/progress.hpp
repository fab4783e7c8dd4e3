// One line that is written over again and again while something takes long: on a terminal only, and
// gone before anything else is printed there.
#pragma once

#include <string>
#include <string_view>

#include "io/appender.hpp"

namespace sipping::app {

class Progress {
public:
    static constexpr Duration every = 200ms;

    /// `out` is standard output, `err` standard error. Lines of the command go to `out`. The bar is
    /// shown where a terminal is: with the lines, so that both keep their order, else on `err`;
    /// never when `quiet`.
    Progress(io::Appender& out, io::Appender& err, bool quiet);

    /// A whole line of the command's output.
    void line(std::string_view text);
    /// Shows "[####......] text" when it is time to; `share` is 0 to 1.
    void show(Instant now, double share, std::string_view text);
    [[nodiscard]] bool due(Instant now) const noexcept { return bar_ != nullptr && now >= next_; }
    /// When it is time to show(); `never` without a terminal.
    [[nodiscard]] Instant next() const noexcept { return bar_ == nullptr ? never : next_; }
    /// Takes the bar away.
    void clear();

private:
    io::Appender& out_;
    io::Appender* bar_ = nullptr;
    bool shown_ = false;
    Instant next_{};
};

}  // namespace sipping::app
