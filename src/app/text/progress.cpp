#include "text/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>

#include "text/terminal.hpp"

namespace sipping::app {
namespace {

constexpr int bar_width = 20;
constexpr std::string_view start_of_line = "\r\x1b[K";  // and everything on it gone (ECMA-48 EL)

std::size_t columns(int fd) {
    winsize size{};
    return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

Progress::Writer to(io::Appender& appender) {
    return [&appender](std::string_view text) { appender.append(text); };
}

Progress::Writer to(std::FILE* file) {
    return [file](std::string_view text) {
        std::fwrite(text.data(), 1, text.size(), file);
        std::fflush(file);
    };
}

}  // namespace

Progress::Progress(Writer out, Writer err, bool quiet) : out_(std::move(out)) {
    if (quiet) return;
    if (shows_escapes(STDOUT_FILENO)) {
        terminal_ = STDOUT_FILENO;
        bar_ = out_;
    } else if (shows_escapes(STDERR_FILENO)) {
        terminal_ = STDERR_FILENO;
        bar_ = std::move(err);
    }
    if (terminal_ >= 0) next_ = Instant{};
}

Progress::Progress(io::Appender& out, io::Appender& err, bool quiet)
    : Progress(to(out), to(err), quiet) {}

Progress::Progress(bool quiet) : Progress(to(stdout), to(stderr), quiet) {}

void Progress::line(std::string_view text) {
    clear();
    out_(fmt::format("{}\n", text));
}

void Progress::show(Instant now, double share, std::string_view text) {
    if (!due(now)) return;
    next_ = now + every;
    const int full =
        std::clamp(static_cast<int>(std::lround(share * bar_width)), 0, int{bar_width});
    std::string bar = fmt::format("[{:.<{}}] {}", std::string(static_cast<std::size_t>(full), '#'),
                                  bar_width, text);
    // A line that wraps could not be taken back.
    bar.resize(std::min(bar.size(), columns(terminal_) - 1));
    bar_(fmt::format("{}{}", start_of_line, bar));
    shown_ = true;
}

void Progress::clear() {
    if (!shown_) return;
    bar_(start_of_line);
    shown_ = false;
}

}  // namespace sipping::app
