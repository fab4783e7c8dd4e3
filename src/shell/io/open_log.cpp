#include "io/open_log.hpp"

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "io/appender.hpp"
#include "io/file_ops.hpp"

namespace sipping::io {
namespace {

[[noreturn]] void refuse(const std::string& path, std::error_code error) {
    throw std::system_error(error,
                            fmt::format("cannot write log '{}' (name another with --log)", path));
}

[[noreturn]] void refuse(const std::string& path, int error) {
    refuse(path, std::error_code(error, std::generic_category()));
}

void make_parents(const std::string& path) {
    const std::filesystem::path parent = std::filesystem::path(path).parent_path();
    if (parent.empty()) return;
    std::error_code error;
    std::filesystem::create_directories(parent, error);
    if (error) refuse(path, error);
}

Fd open_file(const std::string& path) {
    struct stat status {};
    const bool fifo = ::stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode);
    const int flags = fifo ? fifo_open_flags : log_open_flags;
    Fd fd{::open(path.c_str(), flags, file_mode)};
    if (!fd) refuse(path, errno);
    return fd;
}

/// The end of a file, up to a little more than the longest row; empty when it cannot be read.
std::string read_tail(const std::string& path, std::uint64_t size) {
    const Fd reader{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!reader) return {};  // write-only for us: nothing can be known about its end
    std::string tail(std::min<std::uint64_t>(size, chunk_size + 1), '\0');
    const ssize_t got =
        ::pread(reader.get(), tail.data(), tail.size(), static_cast<off_t>(size - tail.size()));
    tail.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return tail;
}

/// A row is never longer than a chunk, so a longer last line is not a torn row of ours.
void mend_last_line(const std::string& path, int fd, std::uint64_t size, std::string& tail) {
    if (tail.empty() || tail.back() == '\n') return;
    const std::size_t line_end = tail.rfind('\n');
    if (line_end != tail.npos || tail.size() == size) {
        tail.resize(line_end + 1);  // npos + 1 is 0
        const std::uint64_t whole = size - std::min<std::uint64_t>(size, chunk_size + 1);
        if (::ftruncate(fd, static_cast<off_t>(whole + tail.size())) != 0) refuse(path, errno);
        return;
    }
    if (::write(fd, "\n", 1) != 1) refuse(path, errno);
    tail += '\n';
}

std::string last_line_of(std::string_view tail) {
    if (tail.ends_with('\n')) tail.remove_suffix(1);
    return std::string{tail.substr(tail.rfind('\n') + 1)};  // npos + 1 is 0
}

/// A row of ours that lost the header before it: another program truncated the file (copytruncate)
/// while the row was on its way. As many columns as the header has, of which the first is a date.
bool is_row_under(std::string_view header, std::string_view begin) noexcept {
    const std::string_view line = begin.substr(0, begin.find('\n'));
    return !line.empty() && line.front() >= '0' && line.front() <= '9' &&
           std::ranges::count(line, ',') == std::ranges::count(header, ',');
}

/// Rows of another form, or of somebody else's file, must not be mixed with ours.
void check_header(const std::string& path, std::string_view header) {
    const Fd reader{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!reader) return;  // write-only for us: nothing can be known
    std::string begin(4096, '\0');
    const ssize_t got = ::pread(reader.get(), begin.data(), begin.size(), 0);
    if (got <= 0) return;
    begin.resize(static_cast<std::size_t>(got));
    // A shorter file may be the beginning of our header, cut when we were killed.
    if (begin.starts_with(header) || header.starts_with(begin)) return;
    if (is_row_under(header, begin)) return;
    throw std::runtime_error(
        fmt::format("log '{}' begins with another header: it is not ours, or has the other --csv "
                    "form; name another file with --log, or move it away",
                    path));
}

}  // namespace

bool claim_log(int fd) noexcept {
    return ::flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

OpenedLog open_log(const std::string& path, std::string_view header) {
    make_parents(path);
    OpenedLog log{.fd = open_file(path)};
    struct stat status {};
    if (::fstat(log.fd.get(), &status) != 0) refuse(path, errno);
    if (!S_ISREG(status.st_mode)) return log;
    log.has_other_writer = !claim_log(log.fd.get());
    if (status.st_size == 0) return log;
    const auto size = static_cast<std::uint64_t>(status.st_size);
    check_header(path, header);
    std::string tail = read_tail(path, size);
    if (!log.has_other_writer) mend_last_line(path, log.fd.get(), size, tail);
    log.last_line = last_line_of(tail);
    return log;
}

}  // namespace sipping::io
