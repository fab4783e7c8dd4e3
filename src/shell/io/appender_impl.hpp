// What an Appender is inside: the state of one file and its step machine. Private to appender*.cpp.
#pragma once

#include <fcntl.h>

#include <string>
#include <utility>

#include "io/appender.hpp"
#include "io/line_queue.hpp"
#include "io/open_log.hpp"

namespace sipping::io {

/// Not Instant::min(): callers subtract `now` from what next_tick() says.
inline constexpr Instant at_once{};

/// One operation at a time: tick() concludes the one that ended, then chooses the next.
struct Appender::Impl {
    enum class Step : std::uint8_t {
        none,
        write,
        check,     ///< what is at the path now?
        farewell,  ///< it is another file: is ours still linked somewhere?
        measure,   ///< a write failed in mid-line: is the file as long as we think?
        repair,    ///< then cut the torn line off
        close,
        look,  ///< before opening: a FIFO there is opened differently
        open,
        make_directory,
        identify,  ///< which file it is that was opened
        claim,     ///< says that we write it
    };

    Impl(FileOps& file_ops, ChunkPool& pool, File file_to_open)
        : ops(file_ops),
          lines(pool),
          file(std::move(file_to_open)),
          directory(file.path),
          opened(open_log(file.path, file.header)),
          own_fd(std::move(opened.fd)),
          fd(own_fd.get()),
          by_path(true) {
        if (::statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &status) == 0) adopt();
    }
    Impl(FileOps& file_ops, ChunkPool& pool, int shared_fd)
        : ops(file_ops), lines(pool), fd(shared_fd) {}

    bool append(std::string_view text, unsigned rows) noexcept;
    void tick(Instant at) noexcept;
    void choose() noexcept;
    void conclude() noexcept;
    void schedule() noexcept;

    void begin(Step what, FileOp::Kind kind) noexcept;
    void begin_write() noexcept;
    void begin_close() noexcept;
    void take_next_path() noexcept;
    void begin_open(int flags) noexcept;
    void begin_next_directory() noexcept;

    void on_written(int result) noexcept;
    void on_write_error(int error) noexcept;
    void on_checked(int result) noexcept;
    void on_farewell(int result) noexcept;
    void on_measured(int result) noexcept;
    void on_opened(int result) noexcept;
    void on_directory_made(int result) noexcept;
    void on_identified(int result) noexcept;

    void adopt() noexcept;
    [[nodiscard]] bool await_operation() noexcept;
    [[nodiscard]] bool is_mending() const noexcept {
        return step == Step::write || step == Step::measure || step == Step::repair;
    }
    void cut_torn_line() noexcept;
    void lose(std::uint64_t rows, Instant since) noexcept;
    void fail(int error) noexcept;
    void well_again() noexcept;

    [[nodiscard]] bool is_regular() const noexcept { return by_path && S_ISREG(type); }
    [[nodiscard]] bool unwritten() const noexcept { return header_due || !lines.empty(); }
    [[nodiscard]] std::size_t torn_bytes() const noexcept {
        return header_due ? header_written : lines.torn_bytes();
    }
    void rewind_to_line() noexcept {
        header_written = 0;
        lines.rewind_to_line();
    }
    [[nodiscard]] bool hurried() const noexcept {
        return lines.written() < hurry_to || lines.chunk_full() || header_due || !by_path;
    }
    [[nodiscard]] bool may_reopen() const noexcept {
        return reopen_wanted && (failing || (lines.written() >= hurry_to && torn_bytes() == 0));
    }

    FileOps& ops;
    LineQueue lines;
    File file;
    std::string next_path;  ///< move_to(): to be opened instead of `file.path`
    std::string left_path;  ///< what was written to before
    std::string directory;  ///< copy of the path, cut at one '/' after the other
    std::size_t directory_end = 0;
    int directory_error = 0;
    bool directories_tried = false;
    OpenedLog opened;  ///< what was found at the start
    Fd own_fd;
    int fd = -1;                 ///< -1: not open, to be tried again
    const bool by_path = false;  ///< else a shared descriptor: no header, checks, reopening
    bool ended = false;          ///< the reader of a shared descriptor is gone for good
    bool never_blocks = false;   ///< a FIFO, which we opened O_NONBLOCK
    std::string* copy = nullptr;

    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    mode_t type = 0;
    std::uint64_t size = 0;  ///< of the file after our last write
    bool header_due = false;
    std::size_t header_written = 0;

    Step step = Step::none;
    FileOp op;
    struct statx status {};
    bool started = false;
    Instant now{};  ///< of the last tick
    Instant next = at_once;
    Instant write_at = never;    ///< when the oldest row must go
    Instant wrote_at{};          ///< when the last write began
    Instant retry_at = at_once;  ///< no write, no open before
    Instant checked_at{};        ///< when the last check began
    Instant good_at{};           ///< when the last check that found our file began
    std::uint64_t hurry_to = 0;  ///< LineQueue::appended() at the last flush() or reopen()
    bool reopen_wanted = false;
    bool failing = false;  ///< the last write or open gave an error

    AppenderStats stats;
    std::uint64_t rows_since_check = 0;
    std::uint64_t lost_for_gap = 0;
    Instant lost_since{};
};

}  // namespace sipping::io
