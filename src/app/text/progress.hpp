// One line that is written over again and again while something takes long: on a terminal only, and
// gone before anything else is printed there.
#pragma once

#include <functional>
#include <string_view>

#include "io/appender.hpp"

namespace sipping::app {

class Progress {
public:
    static constexpr Duration every = 200ms;
    using Writer = std::function<void(std::string_view)>;

    /// `out` is standard output, `err` standard error. Lines of the command go to `out`. The bar is
    /// shown where a terminal is: with the lines, so that both keep their order, else on `err`;
    /// never when `quiet`.
    Progress(Writer out, Writer err, bool quiet);
    /// The same to appenders, for a command that must not wait.
    Progress(io::Appender& out, io::Appender& err, bool quiet);
    /// The same to stdio, for one that may.
    explicit Progress(bool quiet);
    ~Progress() { clear(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// A whole line of the command's output.
    void line(std::string_view text);
    /// Shows "[####......] text" when it is time to; `share` is 0 to 1.
    void show(Instant now, double share, std::string_view text);
    /// It is time to show().
    [[nodiscard]] bool due(Instant now) const noexcept { return now >= next_; }
    /// When it is; `never` without a terminal.
    [[nodiscard]] Instant next() const noexcept { return next_; }
    /// Takes the bar away.
    void clear();

private:
    Writer out_;
    Writer bar_;
    int terminal_ = -1;  ///< the descriptor behind bar_; -1: none
    bool shown_ = false;
    Instant next_ = never;
};

}  // namespace sipping::app
