// FileOps on one helper thread, for where io_uring is refused. Files queue behind each other there;
// the loop only ever takes a short lock.
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <system_error>
#include <thread>

#include "io/file_ops.hpp"
#include "io/lock_down.hpp"

namespace sipping::io {
namespace {

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
        } catch (const std::system_error&) {
            // Then without it: see alone().
        }
        ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }

    ~ThreadFileOps() override {
        if (alone()) return;
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
        if (alone() || op.is_instant()) {
            op.result = perform(op);
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

    [[nodiscard]] bool alone() const noexcept override { return !thread_.joinable(); }

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
