// FileOps on one helper thread, for where io_uring is refused. Files queue behind each other there;
// the loop only ever takes a short lock.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

#include "io/file_ops.hpp"
#include "io/lock_down.hpp"

namespace sipping::io {
namespace {

bool is_regular(int fd) noexcept {
    struct stat status {};
    return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

/// Pipes and terminals get only what they take at once, or a slow reader of ours would hold up
/// every other file. poll(2): a writable pipe takes PIPE_BUF bytes without blocking.
int write_what_fits(int fd, std::span<const char> data) noexcept {
    if (is_regular(fd)) return result_of(::write(fd, data.data(), data.size()));
    std::size_t done = 0;
    while (done < data.size()) {
        pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
        if (::poll(&ready, 1, 0) == 0) break;
        const std::size_t size = std::min<std::size_t>(PIPE_BUF, data.size() - done);
        const ssize_t written = ::write(fd, data.data() + done, size);
        if (written < 0) return done > 0 ? static_cast<int>(done) : -errno;
        done += static_cast<std::size_t>(written);
    }
    return done > 0 ? static_cast<int>(done) : -EAGAIN;
}

int perform(const FileOp& op) noexcept {
    switch (op.kind) {
        case FileOp::Kind::open: return result_of(::open(op.path, op.open_flags, file_mode));
        case FileOp::Kind::write: return write_what_fits(op.fd, op.data);
        case FileOp::Kind::status:
            if (op.path == nullptr)
                return result_of(::statx(op.fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, op.status));
            return result_of(::statx(AT_FDCWD, op.path, 0, STATX_BASIC_STATS, op.status));
        case FileOp::Kind::make_directory: return result_of(::mkdir(op.path, directory_mode));
        case FileOp::Kind::truncate:
            return result_of(::ftruncate(op.fd, static_cast<off_t>(op.size)));
        case FileOp::Kind::close: return result_of(::close(op.fd));
    }
    return -EINVAL;
}

/// What both threads see, under `mutex`.
struct Shared {
    std::mutex mutex;
    std::condition_variable work;
    std::condition_variable done;
    FileOp* first = nullptr;  ///< waiting, oldest first
    FileOp* last = nullptr;
    FileOp* finished = nullptr;
    std::atomic<bool> any_finished = false;  ///< a look without the lock
    bool stop = false;
    bool abandoned = false;  ///< nobody waits for the thread: it deletes this
    bool ended = false;
};

void serve(Shared* shared) noexcept {
    std::unique_lock lock{shared->mutex};
    while (true) {
        shared->work.wait(lock, [&] { return shared->stop || shared->first != nullptr; });
        if (shared->stop) break;
        FileOp* op = shared->first;
        shared->first = op->next;
        lock.unlock();
        follow_lock_down();
        const int result = perform(*op);
        lock.lock();
        if (shared->stop) break;  // `op` may be gone
        op->result = result;
        op->next = shared->finished;
        shared->finished = op;
        shared->any_finished.store(true, std::memory_order_release);
        shared->done.notify_one();
    }
    shared->ended = true;
    shared->done.notify_one();
    if (!shared->abandoned) return;
    lock.unlock();
    delete shared;
}

class ThreadFileOps final : public FileOps {
public:
    ThreadFileOps() : shared_(std::make_unique<Shared>()) {
        // The signals of the process belong to the loop.
        sigset_t all;
        sigset_t before;
        sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before);
        try {
            thread_ = std::thread(serve, shared_.get());
        } catch (...) {
            ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
            throw;
        }
        ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }

    ~ThreadFileOps() override {
        std::unique_lock lock{shared_->mutex};
        shared_->stop = true;
        shared_->work.notify_one();
        // A write to a stopped terminal or a dead NFS server may never return: leave it behind.
        if (shared_->done.wait_for(lock, 200ms, [&] { return shared_->ended; })) {
            lock.unlock();
            thread_.join();
            return;
        }
        shared_->abandoned = true;
        thread_.detach();
        lock.unlock();
        static_cast<void>(shared_.release());
    }

    void start(FileOp& op) noexcept override {
        if (op.kind == FileOp::Kind::write && op.never_blocks) {
            op.result = result_of(::write(op.fd, op.data.data(), op.data.size()));
            return;
        }
        op.busy = true;
        op.next = nullptr;
        const std::lock_guard lock{shared_->mutex};
        (shared_->first == nullptr ? shared_->first : shared_->last->next) = &op;
        shared_->last = &op;
        shared_->work.notify_one();
    }

    void poll() noexcept override {
        if (!shared_->any_finished.load(std::memory_order_acquire)) return;
        const std::lock_guard lock{shared_->mutex};
        take_finished();
    }

    void wait(Duration timeout) noexcept override {
        std::unique_lock lock{shared_->mutex};
        shared_->done.wait_for(lock, timeout, [&] { return shared_->finished != nullptr; });
        take_finished();
    }

    void complete(std::uint64_t, int) noexcept override {}

private:
    void take_finished() noexcept {
        while (FileOp* op = shared_->finished) {
            shared_->finished = op->next;
            op->busy = false;
        }
        shared_->any_finished.store(false, std::memory_order_relaxed);
    }

    std::unique_ptr<Shared> shared_;
    std::thread thread_;
};

}  // namespace

std::unique_ptr<FileOps> make_thread_file_ops() {
    return std::make_unique<ThreadFileOps>();
}

}  // namespace sipping::io
