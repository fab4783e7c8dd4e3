#include "io/worker.hpp"

#include <sys/resource.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <utility>

#include "sipping/base/instant.hpp"

namespace sipping::io {
namespace {

constexpr int lowest_nice = 19;

}  // namespace

/// What both threads see, under `mutex`; `any_done` is a look without it.
struct Worker::Shared {
    explicit Shared(Priority asked) noexcept : priority(asked) {}

    const Priority priority;
    std::mutex mutex;
    std::condition_variable work;
    std::condition_variable end;
    std::deque<std::unique_ptr<Task>> waiting;
    std::deque<std::unique_ptr<Task>> done;
    std::atomic<bool> any_done = false;
    std::atomic<bool> stop = false;
    bool abandoned = false;  ///< nobody waits for the thread: it deletes this
    bool ended = false;
};

void Worker::serve(Shared* shared) noexcept {
    // Of this thread alone: Linux keeps a nice value per thread (setpriority(2), Notes).
    if (shared->priority == Priority::lowest) ::setpriority(PRIO_PROCESS, 0, lowest_nice);
    std::unique_lock lock{shared->mutex};
    while (true) {
        shared->work.wait(lock, [&] { return shared->stop || !shared->waiting.empty(); });
        if (shared->stop) break;
        std::unique_ptr<Task> task = std::move(shared->waiting.front());
        shared->waiting.pop_front();
        lock.unlock();
        task->run(shared->stop);
        lock.lock();
        shared->done.push_back(std::move(task));
        shared->any_done.store(true, std::memory_order_release);
    }
    shared->ended = true;
    shared->end.notify_one();
    if (!shared->abandoned) return;
    lock.unlock();
    delete shared;
}

Worker::Worker(Priority priority) : shared_(std::make_unique<Shared>(priority)) {
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

Worker::~Worker() {
    std::unique_lock lock{shared_->mutex};
    shared_->stop = true;
    shared_->work.notify_one();
    if (shared_->end.wait_for(lock, 200ms, [&] { return shared_->ended; })) {
        lock.unlock();
        thread_.join();
        return;
    }
    shared_->abandoned = true;
    thread_.detach();
    lock.unlock();
    static_cast<void>(shared_.release());
}

void Worker::post(std::unique_ptr<Task> task) {
    const std::lock_guard lock{shared_->mutex};
    shared_->waiting.push_back(std::move(task));
    ++pending_;
    shared_->work.notify_one();
}

std::unique_ptr<Worker::Task> Worker::take_done() {
    if (!shared_->any_done.load(std::memory_order_acquire)) return nullptr;
    const std::lock_guard lock{shared_->mutex};
    std::unique_ptr<Task> task = std::move(shared_->done.front());
    shared_->done.pop_front();
    shared_->any_done.store(!shared_->done.empty(), std::memory_order_relaxed);
    --pending_;
    return task;
}

}  // namespace sipping::io
