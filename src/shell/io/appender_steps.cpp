// The steps of an Appender: what is begun, and what its result means. One operation at a time.
#include <algorithm>
#include <cerrno>

#include "io/appender_impl.hpp"

namespace sipping::io {
namespace {

/// A FIFO or pipe that is full: how long until the next try.
constexpr Duration blocked_retry = 20ms;

}  // namespace

void Appender::Impl::conclude() noexcept {
    switch (std::exchange(step, Step::none)) {
        case Step::none: return;
        case Step::write: return on_written(op.result);
        case Step::check: return on_checked(op.result);
        case Step::farewell: return on_farewell(op.result);
        case Step::measure: return on_measured(op.result);
        case Step::repair:
            if (op.result < 0) return;  // the rest of the line follows when writing works again
            size = op.size;
            return rewind_to_line();
        case Step::close: return;  // whatever it answers, the descriptor is gone (close(2))
        case Step::look: {
            const bool fifo = op.result == 0 && S_ISFIFO(status.stx_mode);
            return begin_open(fifo ? fifo_open_flags : log_open_flags);
        }
        case Step::open: return on_opened(op.result);
        case Step::make_directory: return on_directory_made(op.result);
        case Step::identify: return on_identified(op.result);
        case Step::claim: return;  // whoever writes it too was told of us, or is an older one
    }
}

void Appender::Impl::begin(Step what, FileOp::Kind kind) noexcept {
    step = what;
    op.kind = kind;
    ops.start(op);
}

void Appender::Impl::begin_write() noexcept {
    wrote_at = now;
    op.fd = fd;
    op.never_blocks = never_blocks;
    op.data =
        header_due ? std::span<const char>{file.header}.subspan(header_written) : lines.front();
    begin(Step::write, FileOp::Kind::write);
}

void Appender::Impl::on_written(int result) noexcept {
    if (result <= 0) return on_write_error(result == 0 ? EIO : -result);
    const auto bytes = static_cast<std::size_t>(result);
    size += bytes;
    if (header_due) {
        header_written += bytes;
        header_due = header_written < file.header.size();
        if (!header_due) header_written = 0;
    } else {
        const unsigned rows = lines.advance(bytes);
        stats.rows_written += rows;
        rows_since_check += rows;
    }
    if (bytes == op.data.size()) well_again();
    retry_at = at_once;
    if (!unwritten())
        write_at = never;
    else  // what is left came after the write began, unless the write was short
        write_at = hurried() || torn_bytes() > 0 ? at_once : wrote_at + flush_after;
}

void Appender::Impl::on_write_error(int error) noexcept {
    if (error == EINTR) return;
    if (error == EAGAIN) {
        retry_at = now + blocked_retry;
        return;
    }
    fail(error);
    if (!by_path) {
        // Nobody will ever read it again: `sipping --json | head` must end quietly.
        ended = error == EPIPE || error == EBADF;
        if (ended) lose(lines.clear(), now);
        return;
    }
    if (error == EBADF || error == ESTALE) {  // not ours any more / the NFS server forgot it
        rewind_to_line();
        if (error == ESTALE) return begin_close();
        static_cast<void>(own_fd.release());
        fd = -1;
        return;
    }
    if (is_regular() && torn_bytes() > 0) {
        op.path = nullptr;
        op.fd = fd;
        op.status = &status;
        begin(Step::measure, FileOp::Kind::status);
    }
}

void Appender::Impl::on_measured(int result) noexcept {
    // Somebody else appended or truncated: cutting would hurt their bytes.
    if (result < 0 || status.stx_size != size) return;
    op.fd = fd;
    op.size = size - torn_bytes();
    begin(Step::repair, FileOp::Kind::truncate);
}

void Appender::Impl::on_checked(int result) noexcept {
    const bool gone = result == -ENOENT || result == -ENOTDIR;
    if (result < 0 && !gone) return;  // the path cannot be seen, which says nothing of the file
    const std::uint64_t found_device =
        std::uint64_t{status.stx_dev_major} << 32 | status.stx_dev_minor;
    if (gone || found_device != device || status.stx_ino != inode) {
        op.path = nullptr;
        op.fd = fd;
        op.status = &status;
        return begin(Step::farewell, FileOp::Kind::status);
    }
    good_at = checked_at;
    rows_since_check = 0;
    if (!is_regular()) return;
    if (status.stx_size < size) {
        rewind_to_line();  // copytruncate took the torn part along
        if (status.stx_size == 0) header_due = !file.header.empty();
        if (header_due) write_at = at_once;
    }
    size = status.stx_size;
}

void Appender::Impl::on_farewell(int result) noexcept {
    // Renamed (logrotate): the rows are in the renamed file. Removed: they are nowhere.
    if (result == 0 && status.stx_nlink == 0) lose(rows_since_check, good_at);
    rows_since_check = 0;
    retry_at = at_once;
    begin_close();
}

void Appender::Impl::begin_close() noexcept {
    rewind_to_line();
    header_due = false;
    fd = -1;
    op.fd = own_fd.release();
    begin(Step::close, FileOp::Kind::close);
}

void Appender::Impl::take_next_path() noexcept {
    if (next_path.empty()) return;
    left_path = std::exchange(file.path, std::exchange(next_path, {}));
    directory = file.path;
}

void Appender::Impl::begin_open(int flags) noexcept {
    op.path = file.path.c_str();
    op.open_flags = flags;
    begin(Step::open, FileOp::Kind::open);
}

void Appender::Impl::on_opened(int result) noexcept {
    if (result >= 0) {
        own_fd = Fd{result};
        fd = result;
        reopen_wanted = false;
        op.path = nullptr;
        op.fd = fd;
        op.status = &status;
        return begin(Step::identify, FileOp::Kind::status);
    }
    if (result == -ENOENT && !directories_tried) {
        directories_tried = true;
        directory_end = 0;
        directory_error = 0;
        return begin_next_directory();
    }
    fail(result == -ENOENT && directory_error != 0 ? directory_error : -result);
}

void Appender::Impl::begin_next_directory() noexcept {
    directory_end = directory.find('/', directory_end + 1);
    if (directory_end == directory.npos) return begin_open(log_open_flags);
    directory[directory_end] = '\0';
    op.path = directory.c_str();
    begin(Step::make_directory, FileOp::Kind::make_directory);
}

void Appender::Impl::on_directory_made(int result) noexcept {
    directory[directory_end] = '/';
    if (result < 0 && result != -EEXIST) directory_error = -result;
    begin_next_directory();
}

void Appender::Impl::on_identified(int result) noexcept {
    if (result < 0) {
        fail(-result);
        return begin_close();
    }
    adopt();
    checked_at = now;
    good_at = now;
    retry_at = at_once;
    if (!unwritten()) well_again();  // else the next write tells
    if (!is_regular()) return;
    op.fd = fd;
    begin(Step::claim, FileOp::Kind::claim);
}

/// `status` is that of a file just opened.
void Appender::Impl::adopt() noexcept {
    device = std::uint64_t{status.stx_dev_major} << 32 | status.stx_dev_minor;
    inode = status.stx_ino;
    type = status.stx_mode;
    size = status.stx_size;
    never_blocks = S_ISFIFO(type);
    rows_since_check = 0;
    header_due = !file.header.empty() && (size == 0 || !S_ISREG(type));
    if (header_due) write_at = at_once;
}

void Appender::Impl::well_again() noexcept {
    failing = false;
    stats.last_error = 0;
}

void Appender::Impl::fail(int error) noexcept {
    failing = true;
    stats.last_error = error;
    retry_at = now + check_every;
}

void Appender::Impl::lose(std::uint64_t rows, Instant since) noexcept {
    if (lost_for_gap == 0) lost_since = since;
    stats.rows_lost += rows;
    lost_for_gap += rows;
}

}  // namespace sipping::io
