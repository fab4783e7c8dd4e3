// The logs that a look back was given: which files, in which order, and their rows.
#pragma once

#include <csignal>
#include <functional>
#include <string>
#include <vector>

#include "io/byte_source.hpp"
#include "progress.hpp"
#include "sipping/log/row.hpp"

namespace sipping::app {

/// What could not be read; the look back goes on without it.
struct Unread {
    static constexpr std::size_t kept_max = 20;
    struct Place {
        std::string file;
        std::uint64_t line = 0;  ///< 0: the file as a whole
        std::string why;
    };
    std::vector<Place> places;  ///< the first ones
    std::uint64_t count = 0;

    void add(const std::string& file, std::uint64_t line, std::string why);
    /// Takes all back but the first `known`: they will be read once more.
    void forget_from(std::uint64_t known);
};

struct LogFile {
    std::string path;
    bool pipe = false;
    std::string name;  ///< of a target in it that has none: the file's name up to ".csv"
    std::string log;   ///< the same for all files of a rotated log
    WallTime first{};  ///< completion of its first row
    /// None of its rows was completed after this: where the next file of a rotated log begins.
    WallTime until = WallTime::max();
    std::uint64_t size = 0;  ///< on the disk; 0: a pipe
};

class LogInput {
public:
    /// Files as given; of folders, also the ones below, all files with ".csv" in their names
    /// (a.csv, a.csv.zst, a.csv.1.gz). Throws UsageError for what is not there.
    LogInput(const std::vector<std::string>& names, Unread& unread);

    /// In order of their first rows.
    [[nodiscard]] const std::vector<LogFile>& files() const noexcept { return files_; }

    /// One of them is a pipe: a second read() would find it empty.
    [[nodiscard]] bool only_once() const noexcept { return only_once_; }

    using Take = std::function<bool(const log::Row&)>;
    using Begin = std::function<void(const LogFile&)>;
    /// Calls `begin` for each file, then `take` for each of its rows. Where a plain file can be
    /// looked into, only for what may have been sent in [from, to): with more around it.
    /// False: interrupted (SIGINT), or `take` wanted no more.
    bool read(WallTime from, WallTime to, const Begin& begin, const Take& take, Progress& progress);

private:
    [[nodiscard]] bool outside(const LogFile& file, WallTime from, WallTime to) const;
    bool read_file(const LogFile& file, WallTime from, WallTime to, const Take& take,
                   Progress& progress);

    std::vector<LogFile> files_;
    Unread& unread_;
    std::vector<char> buffer_;
    bool only_once_ = false;
    std::uint64_t bytes_ = 0;       ///< of all files
    std::uint64_t bytes_done_ = 0;  ///< of those before
};

/// From now on SIGINT interrupts LogInput::read(); a second one ends the process.
void catch_interrupt();
[[nodiscard]] bool interrupted() noexcept;

}  // namespace sipping::app
