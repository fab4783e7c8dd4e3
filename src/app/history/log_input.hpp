// The logs that a look back was given: which files, in which order, and their rows.
#pragma once

#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "history/log_rows.hpp"
#include "io/byte_source.hpp"
#include "io/kept_pipe.hpp"
#include "text/progress.hpp"

namespace sipping::app {

struct LogFile {
    std::string path;
    std::string name;  ///< of a target in it that has none: the file's name up to ".csv"
    std::string log;   ///< the same for all files of a rotated log
    WallTime first{};  ///< completion of its first row
    /// Where the next file of a rotated log begins; mostly none of its rows was completed after.
    WallTime until = WallTime::max();
    bool plain = false;                  ///< neither packed nor a pipe
    bool rotated = false;                ///< there are other files of that log
    std::uint64_t size = 0;              ///< on the disk; 0: a pipe
    std::unique_ptr<io::KeptPipe> pipe;  ///< what came out of it, which comes once
    std::optional<bool> in_order;        ///< as far as was looked at; not looked at yet
};

class LogInput {
public:
    /// As log_paths(). Throws UsageError for what is not there.
    LogInput(const std::vector<std::string>& names, Unread& unread);

    /// In order of their first rows.
    [[nodiscard]] const std::vector<LogFile>& files() const noexcept { return files_; }

    using Take = std::function<bool(const record::Row&)>;
    using Begin = std::function<void(const LogFile&)>;
    /// Calls `begin` for each file, then `take` for each of its rows. Of what looks as if it were
    /// in order of time, only what may have been sent in [from, to): with more around it. May be
    /// done again and again. False: interrupted (SIGINT), or `take` wanted no more.
    bool read(WallTime from, WallTime to, const Begin& begin, const Take& take, Progress& progress);
    /// When the latest row of all was sent; now where there is none. Reads to its end what is
    /// packed or not in order of time.
    [[nodiscard]] WallTime last_sent();
    /// Within `take`: a header stood before that row, which may not be the first one of its file.
    [[nodiscard]] bool take_header() noexcept { return rows_ != nullptr && rows_->take_header(); }

private:
    [[nodiscard]] bool outside(LogFile& file, WallTime from, WallTime to);
    [[nodiscard]] bool in_order(LogFile& file);
    bool read_file(LogFile& file, WallTime from, WallTime to, const Take& take, Progress& progress);

    std::vector<LogFile> files_;
    Unread& unread_;
    std::vector<char> buffer_;
    LogRows* rows_ = nullptr;       ///< of the file that is being read
    std::uint64_t bytes_ = 0;       ///< of all files
    std::uint64_t bytes_done_ = 0;  ///< of those before
};

/// From now on SIGINT interrupts LogInput::read(); a second one ends the process.
void catch_interrupt();
[[nodiscard]] bool interrupted() noexcept;

}  // namespace sipping::app
