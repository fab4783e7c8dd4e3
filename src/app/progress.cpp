#include "progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

namespace sipping::app {
namespace {

constexpr int bar_width = 20;
constexpr std::string_view start_of_line = "\r\x1b[K";  // and everything on it gone (ECMA-48 EL)

std::size_t columns(int fd) {
    winsize size{};
    return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

Progress::Progress(io::Appender& out, io::Appender& err, bool quiet) : out_(out) {
    if (quiet) return;
    if (::isatty(STDOUT_FILENO) == 1)
        bar_ = &out;
    else if (::isatty(STDERR_FILENO) == 1)
        bar_ = &err;
}

void Progress::line(std::string_view text) {
    clear();
    out_.append(fmt::format("{}\n", text));
}

void Progress::show(Instant now, double share, std::string_view text) {
    if (!due(now)) return;
    next_ = now + every;
    const int full =
        std::clamp(static_cast<int>(std::lround(share * bar_width)), 0, int{bar_width});
    std::string bar = fmt::format("[{:.<{}}] {}", std::string(static_cast<std::size_t>(full), '#'),
                                  bar_width, text);
    // A line that wraps could not be taken back.
    const std::size_t room = columns(bar_ == &out_ ? STDOUT_FILENO : STDERR_FILENO) - 1;
    if (bar.size() > room) bar.resize(room);
    bar_->append(fmt::format("{}{}", start_of_line, bar));
    shown_ = true;
}

void Progress::clear() {
    if (!shown_) return;
    bar_->append(start_of_line);
    shown_ = false;
}

}  // namespace sipping::app
