// The public face of an Appender, and when it does something next.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>

#include "io/appender_impl.hpp"

namespace sipping::io {
namespace {

/// While an operation runs. The ring's completion wakes the loop; the helper thread does not.
constexpr Duration look_again = 5ms;
/// Room for the row that will tell of lost ones.
constexpr std::size_t gap_row_bytes = 512;

}  // namespace

bool Appender::Impl::append(std::string_view text, unsigned rows) noexcept {
    if (copy != nullptr) copy->append(text);
    if (ended || !lines.append(text, rows)) {
        lose(rows, now);
        if (stats.last_error == 0) stats.last_error = ENOBUFS;
        return false;
    }
    if (hurried())
        write_at = at_once;
    else if (write_at == never)
        write_at = now + flush_after;
    if (step == Step::none && fd >= 0) next = std::min(next, std::max(write_at, retry_at));
    return true;
}

void Appender::Impl::tick(Instant at) noexcept {
    now = at;
    const bool finished = step != Step::none && !op.busy;
    if (at < next && !finished) return;
    if (!started) {
        // Many files: not all of them in the same millisecond of each second.
        started = true;
        const auto phase = std::hash<std::string>{}(file.path) % (check_every / 1ms);
        good_at = now;
        checked_at = now - std::chrono::milliseconds{phase};
    }
    if (finished) conclude();
    if (step == Step::none) choose();
    schedule();
}

void Appender::Impl::choose() noexcept {
    if (ended) return;
    if (fd < 0) {
        if (now < retry_at) return;
        directories_tried = false;
        take_next_path();
        op.path = file.path.c_str();
        op.status = &status;
        return begin(Step::look, FileOp::Kind::status);
    }
    if (may_reopen()) {
        retry_at = at_once;
        take_next_path();
        return begin_close();
    }
    const bool write_due = unwritten() && now >= std::max(write_at, retry_at);
    // Before a write the check comes earlier: after logrotate's copytruncate the file wants its
    // header before the next row.
    if (by_path && now - checked_at >= (write_due ? check_every / 2 : check_every)) {
        checked_at = now;
        op.path = file.path.c_str();
        op.status = &status;
        return begin(Step::check, FileOp::Kind::status);
    }
    if (write_due) begin_write();
}

void Appender::Impl::schedule() noexcept {
    if (step != Step::none) {
        next = op.busy ? now + look_again : at_once;
    } else if (ended) {
        next = never;
    } else if (fd < 0) {
        next = retry_at;
    } else {
        next = by_path ? checked_at + check_every : never;
        if (unwritten()) next = std::min(next, std::max(write_at, retry_at));
        if (may_reopen()) next = at_once;
    }
}

/// Where no step will do it any more. Where somebody else has appended meanwhile
/// it would hurt their bytes.
void Appender::Impl::cut_torn_line() noexcept {
    if (!is_regular() || fd < 0 || torn_bytes() == 0) return;
    struct stat now_there {};
    if (::fstat(fd, &now_there) != 0 || static_cast<std::uint64_t>(now_there.st_size) != size)
        return;
    op.kind = FileOp::Kind::truncate;
    op.fd = fd;
    op.size = size - torn_bytes();
    op.result = perform(op);
}

Appender::Appender(FileOps& ops, ChunkPool& pool, File file)
    : impl_(std::make_unique<Impl>(ops, pool, std::move(file))) {}

Appender::Appender(FileOps& ops, ChunkPool& pool, int fd)
    : impl_(std::make_unique<Impl>(ops, pool, fd)) {}

/// False: it does not end, not even when it is asked to.
bool Appender::Impl::await_operation() noexcept {
    const auto wait_for_it = [this] {
        for (int i = 0; i < 10 && op.busy; ++i)
            ops.wait(10ms);
    };
    wait_for_it();
    if (!op.busy) return true;
    ops.cancel(op);
    wait_for_it();
    return !op.busy;
}

Appender::~Appender() {
    bool over = impl_->await_operation();
    // A run that gave up may be within the steps that take a torn line back, or before them.
    while (over && impl_->ended && impl_->is_mending()) {
        impl_->conclude();
        over = impl_->await_operation();
    }
    if (!over) {
        // A dead disk: the kernel refers to the operation and its rows, which must outlive us.
        static_cast<void>(impl_.release());
        return;
    }
    if (impl_->ended) impl_->cut_torn_line();
    if (impl_->step == Impl::Step::open && impl_->op.result >= 0) ::close(impl_->op.result);
}

bool Appender::append(std::string_view text, unsigned rows) noexcept {
    return impl_->append(text, rows);
}

void Appender::tick(Instant now) noexcept {
    impl_->tick(now);
}

Instant Appender::next_tick() const noexcept {
    return impl_->step != Impl::Step::none && !impl_->op.busy ? at_once : impl_->next;
}

void Appender::reopen() noexcept {
    if (!impl_->by_path) return;
    impl_->reopen_wanted = true;
    flush();
}

void Appender::move_to(std::string path) noexcept {
    if (!impl_->by_path || path == impl_->file.path) return;
    impl_->next_path = std::move(path);
    reopen();
}

std::string Appender::take_left() noexcept {
    return std::exchange(impl_->left_path, {});
}

std::uint64_t Appender::size() const noexcept {
    return impl_->size;
}

void Appender::flush() noexcept {
    impl_->hurry_to = impl_->lines.appended();
    impl_->write_at = at_once;
    impl_->retry_at = at_once;
    if (impl_->step == Impl::Step::none) impl_->schedule();
}

void Appender::give_up() noexcept {
    if (impl_->ended) return;
    impl_->ended = true;  // the buffers stay: a write may still read from them
    impl_->lose(impl_->lines.rows(), impl_->now);
}

bool Appender::idle() const noexcept {
    return impl_->ended || !impl_->unwritten();
}

bool Appender::reader_gone() const noexcept {
    return !impl_->by_path && impl_->ended && impl_->stats.last_error == EPIPE;
}

void Appender::copy_to(std::string* copy) noexcept {
    impl_->copy = copy;
}

const AppenderStats& Appender::stats() const noexcept {
    return impl_->stats;
}

std::uint64_t Appender::take_lost_for_gap(Instant& since) noexcept {
    if (impl_->stats.last_error != 0 || impl_->fd < 0 || !impl_->lines.has_room(gap_row_bytes))
        return 0;
    since = impl_->lost_since;
    return std::exchange(impl_->lost_for_gap, 0);
}

bool Appender::has_room_for_gap() const noexcept {
    return impl_->lost_for_gap == 0 && impl_->lines.has_room(gap_row_bytes);
}

const std::string& Appender::path() const noexcept {
    return impl_->file.path;
}

bool Appender::has_other_writer() const noexcept {
    return impl_->opened.has_other_writer;
}

const std::string& Appender::last_line() const noexcept {
    return impl_->opened.last_line;
}

}  // namespace sipping::io
