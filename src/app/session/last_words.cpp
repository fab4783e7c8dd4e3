#include "session/last_words.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <string_view>
#include <thread>

#include "io/fd.hpp"
#include "io/pipe.hpp"

namespace sipping::app {
namespace {

// A reader that is alive reads what came last within that time; one that is slow may do so later.
constexpr int looks_max = 40;
constexpr std::chrono::milliseconds look_every{5};

/// What lies in this pipe is read by nobody: it was written just before its reader went away.
bool is_left_unread(int fd) {
    for (int look = 0; look < looks_max && io::has_unread_bytes(fd); ++look) {
        if (io::has_no_reader(fd)) return true;
        std::this_thread::sleep_for(look_every);
    }
    return false;
}

bool was_lost(const io::Appender& appender, int fd) {
    return appender.reader_gone() || io::has_no_reader(fd) || is_left_unread(fd);
}

/// Best effort: there is nobody left to be told.
bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace

void LastWords::begin(io::Appender& out, io::Appender& err) noexcept {
    out.copy_to(&out_);
    err.copy_to(&err_);
}

void LastWords::end(io::Appender& out, io::Appender& err) noexcept {
    out.copy_to(nullptr);
    err.copy_to(nullptr);
}

void LastWords::save(const io::Appender& out, const io::Appender& err,
                     const std::string& path) const {
    std::string lost;
    if (!out_.empty() && was_lost(out, STDOUT_FILENO)) lost = out_;
    const bool err_lost = was_lost(err, STDERR_FILENO);
    if (err_lost) lost += err_;
    if (lost.empty()) return;
    if (!err_lost && write_all(STDERR_FILENO, lost) && !is_left_unread(STDERR_FILENO)) return;
    if (path.empty()) return;
    const io::Fd file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)};
    if (file) static_cast<void>(write_all(file.get(), lost));
}

}  // namespace sipping::app
