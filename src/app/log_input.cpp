#include "log_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>

#include "io/clock.hpp"
#include "log_seek.hpp"
#include "sipping/base/grouped.hpp"
#include "targets.hpp"

namespace sipping::app {
namespace {

namespace fs = std::filesystem;
using Status = log::CsvReader::Status;

constexpr std::size_t piece_size = 1024 * 1024;

constexpr std::array<std::string_view, 2> compressed_endings{".zst", ".gz"};

volatile std::sig_atomic_t interrupt_seen = 0;

/// "203.0.113.5_5080.20261125T225135+0000.csv.zst" -> all before ".csv", without the time.
std::string stem_of(const std::string& path) {
    std::string name = fs::path(path).filename().string();
    name = name.substr(0, name.find(".csv"));
    const std::size_t dot = name.rfind('.');
    const bool stamped = dot != name.npos && name.size() - dot == 21 && name[dot + 9] == 'T';
    return stamped ? name.substr(0, dot) : name;
}

void find_logs_below(const std::string& folder, std::vector<std::string>& paths) {
    std::error_code error;
    const auto options = fs::directory_options::skip_permission_denied;
    std::vector<std::string> found;
    for (auto entry = fs::recursive_directory_iterator(folder, options, error);
         !error && entry != fs::recursive_directory_iterator(); entry.increment(error))
        if (entry->is_regular_file(error) &&
            entry->path().filename().string().find(".csv") != std::string::npos)
            found.push_back(entry->path().string());
    if (error) throw UsageError(fmt::format("{}: {}", folder, error.message()));
    if (found.empty()) throw UsageError(fmt::format("{}: no file with .csv in its name", folder));
    std::sort(found.begin(), found.end());
    // A log that is just being compressed is there twice.
    std::copy_if(found.begin(), found.end(), std::back_inserter(paths),
                 [&](const std::string& path) {
                     for (const std::string_view ending : compressed_endings)
                         if (path.ends_with(ending) &&
                             std::binary_search(found.begin(), found.end(),
                                                path.substr(0, path.size() - ending.size())))
                             return false;
                     return true;
                 });
}

/// Also when it was compressed since we found it.
std::unique_ptr<io::ByteSource> open(const std::string& path) {
    try {
        return io::open_source(path, interrupted);
    } catch (const std::system_error& error) {
        if (error.code().value() != ENOENT) throw;
        for (const std::string_view ending : compressed_endings)
            if (std::error_code gone; fs::exists(path + std::string{ending}, gone))
                return io::open_source(path + std::string{ending}, interrupted);
        throw;
    }
}

/// The rows of one file, piece by piece.
class Rows {
public:
    Rows(io::ByteSource& source, std::vector<char>& buffer, const std::string& file, Unread& unread)
        : source_(source), buffer_(buffer), file_(file), unread_(unread) {}

    /// True: `row` is the next one.
    bool next(log::Row& row) {
        for (;;) {
            switch (reader_.next(text_, is_all_, record_)) {
                case Status::record: {
                    const log::RowError error = read_row(record_, row);
                    if (error == log::RowError::ok) return true;
                    if (error != log::RowError::header && error != log::RowError::blank)
                        tell(std::string{to_string(error)});
                    break;
                }
                case Status::bad: tell("no CSV record"); break;
                // A run that goes on is in the middle of it, and one that was killed too.
                case Status::torn: break;
                case Status::more: refill(); break;
                case Status::end: return false;
            }
        }
    }
    /// Begins in the middle: lines are not counted from the file's begin.
    void starts_at(std::uint64_t offset) noexcept { offset_ = offset; }
    /// A piece was read since the last call: time to show progress, and to look for signals.
    [[nodiscard]] bool take_refilled() noexcept { return std::exchange(refilled_, false); }

private:
    void refill() {
        if (!text_.empty()) std::memmove(buffer_.data(), text_.data(), text_.size());
        std::size_t size = 0;
        try {
            size = source_.read(std::span{buffer_}.subspan(text_.size()));
        } catch (const std::runtime_error& error) {
            tell(fmt::format("{}; read up to there", error.what()));
        }
        is_all_ = size == 0;
        text_ = {buffer_.data(), text_.size() + size};
        refilled_ = true;
    }
    void tell(std::string why) {
        if (offset_ > 0) why += fmt::format(" (lines from byte {} on)", grouped(offset_));
        unread_.add(file_, reader_.line(), std::move(why));
    }

    io::ByteSource& source_;
    std::vector<char>& buffer_;
    const std::string& file_;
    Unread& unread_;
    std::string_view text_;
    bool is_all_ = false;
    bool refilled_ = false;
    std::uint64_t offset_ = 0;
    log::CsvReader reader_;
    log::CsvRecord record_;
};

/// Fills in what its first row tells; false: there is none, or it cannot be read.
bool look_at(LogFile& file, std::vector<char>& buffer, Unread& unread) {
    if (std::error_code gone; file.path == "-" || fs::is_fifo(file.path, gone)) {
        file.pipe = true;  // what is looked at is gone
        return true;
    }
    Unread unused;  // the whole reading will tell it
    try {
        const auto source = open(file.path);
        file.size = source->size();
        log::Row row;
        Rows rows(*source, buffer, file.path, unused);
        if (!rows.next(row)) {
            const std::string why =
                unused.places.empty() ? "" : fmt::format(" ({})", unused.places.front().why);
            unread.add(file.path, 0, "no row of ours in it" + why);
            return false;
        }
        file.first = row.sent + row.latency.value_or(Duration::zero());
        return true;
    } catch (const std::system_error& error) {
        throw UsageError(fmt::format("{}: {}", file.path, error.code().message()));
    } catch (const std::runtime_error& error) {
        unread.add(file.path, 0, error.what());
        return false;
    }
}

}  // namespace

void Unread::add(const std::string& file, std::uint64_t line, std::string why) {
    ++count;
    if (places.size() < kept_max) places.push_back({file, line, std::move(why)});
}

void Unread::forget_from(std::uint64_t known) {
    count = known;
    places.resize(std::min<std::size_t>(places.size(), known));
}

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
    std::vector<std::string> paths;
    for (const std::string& name : names) {
        std::error_code error;
        if (name != "-" && fs::is_directory(name, error))
            find_logs_below(name, paths);
        else
            paths.push_back(name);
    }
    std::set<std::string> known;
    for (const std::string& path : paths) {
        std::error_code error;
        if (!known.insert(fs::weakly_canonical(path, error).string()).second) continue;
        LogFile file{.path = path, .name = stem_of(path)};
        file.log = (fs::path(path).parent_path() / file.name).string();
        if (!look_at(file, buffer_, unread)) continue;
        bytes_ += file.size;
        only_once_ |= file.pipe;
        files_.push_back(std::move(file));
    }
    std::stable_sort(files_.begin(), files_.end(),
                     [](const LogFile& a, const LogFile& b) { return a.first < b.first; });
    std::map<std::string, LogFile*> newest;
    for (LogFile& file : files_) {
        LogFile*& before = newest[file.log];
        if (before != nullptr) before->until = file.first;
        before = &file;
    }
}

/// None of its rows was sent in [from, to), as far as that can be told without reading it.
bool LogInput::outside(const LogFile& file, WallTime from, WallTime to) const {
    if (file.pipe) return false;
    if (to < WallTime::max() - completed_within && file.first > to + completed_within) return true;
    return from > WallTime::min() && file.until < from;
}

bool LogInput::read(WallTime from, WallTime to, const Begin& begin, const Take& take,
                    Progress& progress) {
    bytes_done_ = 0;
    bool whole = true;
    for (const LogFile& file : files_) {
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

bool LogInput::read_file(const LogFile& file, WallTime from, WallTime to, const Take& take,
                         Progress& progress) {
    const auto source = open(file.path);
    Rows rows(*source, buffer_, file.path, unread_);
    WallTime end = WallTime::max();
    if (to < WallTime::max() - completed_within) end = to + completed_within;
    if (from > WallTime::min() && source->plain_fd() >= 0) {
        const std::uint64_t offset = offset_before(source->plain_fd(), source->size(), from);
        source->seek(offset);
        rows.starts_at(offset);
    }
    const io::SystemClock clock;
    log::Row row;
    while (rows.next(row)) {
        if (row.sent > end) break;
        if (!take(row)) return false;
        if (!rows.take_refilled()) continue;
        if (interrupted()) return false;
        const Instant now = clock.now();
        if (!progress.due(now)) continue;
        const std::uint64_t done = bytes_done_ + source->position();
        const double share =
            bytes_ == 0 ? 0 : static_cast<double>(done) / static_cast<double>(bytes_);
        progress.show(now, share,
                      fmt::format("{} of {} MB, {}", grouped(done / 1'000'000),
                                  grouped(bytes_ / 1'000'000), file.path));
    }
    return !interrupted();
}

}  // namespace sipping::app
