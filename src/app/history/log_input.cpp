#include "history/log_input.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <system_error>

#include "history/log_paths.hpp"
#include "history/log_seek.hpp"
#include "io/clock.hpp"
#include "io/text_source.hpp"
#include "sipping/base/grouped.hpp"
#include "text/message.hpp"

namespace sipping::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t piece_size = 128 * 1024;

volatile std::sig_atomic_t interrupt_seen = 0;

bool is_pipe(const std::string& path) {
    std::error_code gone;
    return path == "-" || fs::is_fifo(path, gone);
}

std::unique_ptr<io::KeptPipe> open_pipe(const std::string& path) {
    io::Fd fd{path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                          : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!fd) throw std::system_error(errno, std::generic_category());
    return std::make_unique<io::KeptPipe>(std::move(fd), interrupted);
}

std::unique_ptr<io::ByteSource> open(const LogFile& file) {
    if (file.pipe) return io::text_of(io::unpacked(file.pipe->open()));
    try {
        return io::text_of(io::open_source(file.path, interrupted));
    } catch (const std::system_error& error) {
        if (error.code().value() != ENOENT) throw;
        return io::text_of(io::open_source(where_it_went(file.path), interrupted));
    }
}

/// Fills in what its first row tells; false: there is none, or it cannot be read. Throws UsageError
/// for one that the user has `named` and that cannot be opened; others are told.
bool look_at(LogFile& file, bool named, std::vector<char>& buffer, Unread& unread) {
    Unread unused;  // the whole reading will tell it
    try {
        if (is_pipe(file.path)) file.pipe = open_pipe(file.path);
        const auto source = open(file);
        file.size = source->size();
        file.plain = source->plain_fd() >= 0;
        record::Row row;
        LogRows rows(*source, buffer, file.path, unused);
        if (!rows.next(row)) {
            const std::string why =
                unused.places.empty() ? "" : fmt::format(" ({})", unused.places.front().why);
            unread.add(file.path, 0, "no row of ours in it" + why);
            return false;
        }
        file.first = row.sent + row.latency.value_or(Duration::zero());
        return true;
    } catch (const std::system_error& error) {
        if (named) throw UsageError(fmt::format("{}: {}", file.path, error.code().message()));
        unread.add(file.path, 0, error.code().message());
        return false;
    } catch (const std::runtime_error& error) {
        unread.add(file.path, 0, error.what());
        return false;
    }
}

}  // namespace

void catch_interrupt() {
    struct sigaction action {};
    action.sa_handler = [](int) { interrupt_seen = 1; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(SIGINT, &action, nullptr);
}

bool interrupted() noexcept {
    return interrupt_seen != 0;
}

LogInput::LogInput(const std::vector<std::string>& names, Unread& unread)
    : unread_(unread), buffer_(piece_size) {
    for (const std::string& path : log_paths(names, unread)) {
        LogFile file{.path = path, .name = log_name(path)};
        file.log = (fs::path(path).parent_path() / file.name).string();
        const bool named = std::ranges::find(names, path) != names.end();
        if (!look_at(file, named, buffer_, unread)) continue;
        bytes_ += file.size;
        files_.push_back(std::move(file));
    }
    std::sort(files_.begin(), files_.end(), [](const LogFile& a, const LogFile& b) {
        return std::tie(a.first, a.path) < std::tie(b.first, b.path);
    });
    std::map<std::string, LogFile*> newest;
    for (LogFile& file : files_) {
        LogFile*& before = newest[file.log];
        if (before != nullptr) {
            // What begins with the same row is a copy, or a part of one.
            if (before->first < file.first) before->until = file.first;
            before->rotated = file.rotated = true;
        }
        before = &file;
    }
}

/// As far as can be told without reading all of it. What can only be read from its begin is
/// trusted to go on as it begins where it is one of several files that a run has filled one after
/// the other.
bool LogInput::in_order(LogFile& file) {
    if (file.in_order) return *file.in_order;
    Unread unused;
    const auto source = open(file);
    LogRows rows(*source, buffer_, file.path, unused);
    const bool told = source->plain_fd() >= 0 || file.rotated;
    file.in_order = told && looks_in_order(rows, source->plain_fd(), source->size());
    return *file.in_order;
}

/// None of its rows was sent in [from, to). Where the next file begins is no end of one that can be
/// looked through: that may be an excerpt of it.
bool LogInput::outside(LogFile& file, WallTime from, WallTime to) {
    const bool later =
        to < WallTime::max() - completed_within && file.first > to + completed_within;
    const bool earlier = from > WallTime::min() && file.until < from && !file.plain;
    return (later || earlier) && in_order(file);
}

WallTime LogInput::last_sent() {
    constexpr std::uint64_t tail_size = 256 * 1024;
    WallTime last = WallTime::min();
    for (LogFile& file : files_) {
        // Another file goes on where this one ends.
        if (!file.plain && file.until < WallTime::max()) continue;
        Unread unused;  // the whole reading will tell it
        const auto source = open(file);
        LogRows rows(*source, buffer_, file.path, unused);
        if (file.plain && file.size > tail_size && in_order(file))
            source->seek(file.size - tail_size);
        record::Row row;
        while (!interrupted() && rows.next(row))
            last = std::max(last, row.sent);
    }
    return last > WallTime::min() ? last : io::SystemClock{}.read().wall();
}

bool LogInput::read(WallTime from, WallTime to, const Begin& begin, const Take& take,
                    Progress& progress) {
    bytes_done_ = 0;
    bool whole = true;
    for (LogFile& file : files_) {
        if (!outside(file, from, to)) {
            begin(file);
            whole = read_file(file, from, to, take, progress);
        }
        if (!whole) break;
        bytes_done_ += file.size;
    }
    progress.clear();
    return whole;
}

bool LogInput::read_file(LogFile& file, WallTime from, WallTime to, const Take& take,
                         Progress& progress) {
    const bool part = from > WallTime::min() || to < WallTime::max() - completed_within;
    const bool sought = part && file.size > 0 && in_order(file);
    const auto source = open(file);
    LogRows rows(*source, buffer_, file.path, unread_);
    rows_ = &rows;
    WallTime end = WallTime::max();
    std::uint64_t unseen = 0;
    // Of what can only be read from its begin, disorder further on is not known.
    if (sought && source->plain_fd() >= 0) {
        if (to < WallTime::max() - completed_within) end = to + completed_within;
        unseen = unseen_bytes(source->plain_fd(), source->size());
        const std::uint64_t offset =
            from > WallTime::min() ? offset_before(source->plain_fd(), source->size(), from) : 0;
        if (offset > 0) source->seek(offset);
        rows.starts_at(offset);
    }
    const io::SystemClock clock;
    record::Row row;
    bool more = true;
    std::uint64_t wanted_until = source->position();
    while (more && rows.next(row)) {
        if (row.sent <= end)
            wanted_until = source->position();
        else if (source->position() > wanted_until + unseen)
            break;
        more = take(row);
        if (!rows.take_refilled()) continue;
        if (interrupted()) break;
        const Instant now = clock.now();
        if (!progress.due(now)) continue;
        const std::uint64_t done = bytes_done_ + source->position();
        const double share =
            bytes_ == 0 ? 0 : static_cast<double>(done) / static_cast<double>(bytes_);
        progress.show(now, share,
                      fmt::format("{} of {} MB, {}", grouped(done / 1'000'000),
                                  grouped(bytes_ / 1'000'000), file.path));
    }
    rows_ = nullptr;
    return more && !interrupted();
}

}  // namespace sipping::app
