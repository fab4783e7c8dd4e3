#include "io/worker.hpp"

#include <sys/resource.h>

#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "io/lock_down.hpp"

namespace sipping::io {
namespace {

constexpr int lowest_nice = 19;
constexpr Duration end_patience = 200ms;

/// The signals of the process belong to the loop: what is started meanwhile has all of them
/// blocked.
class SignalsBlocked {
public:
    SignalsBlocked() noexcept {
        sigset_t all;
        sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

private:
    sigset_t before_{};
};

}  // namespace

/// What all threads see, under `mutex`; `any_done` is a look without it. The threads are detached:
/// who comes last, the worker's destructor or a thread that it left behind, deletes this.
struct Worker::Shared {
    Shared(Priority asked, std::size_t most) noexcept : priority(asked), threads_max(most) {}

    const Priority priority;
    const std::size_t threads_max;
    std::mutex mutex;
    std::condition_variable work;
    std::condition_variable progress;  ///< a task is done, the last thread ended
    std::deque<std::unique_ptr<Task>> waiting;
    std::deque<std::unique_ptr<Task>> done;
    std::atomic<bool> any_done = false;
    std::atomic<bool> stop = false;
    std::size_t threads = 0;
    std::size_t idle = 0;    ///< of these
    bool abandoned = false;  ///< nobody waits for the threads any more

    [[nodiscard]] bool wait_for_work(std::unique_lock<std::mutex>& lock);
};

/// False: this thread is to end.
bool Worker::Shared::wait_for_work(std::unique_lock<std::mutex>& lock) {
    const auto called = [this] { return stop || !waiting.empty(); };
    ++idle;
    while (!called()) {
        if (threads == 1)
            work.wait(lock, called);
        else if (!work.wait_for(lock, idle_limit, called) && threads > 1)
            break;
    }
    --idle;
    return !stop && !waiting.empty();
}

void Worker::serve(Shared* shared) noexcept {
    // It may begin before lock_down(), and read what name servers say.
    drop_capabilities();
    // Of this thread alone: Linux keeps a nice value per thread (setpriority(2), Notes).
    if (shared->priority == Priority::lowest) ::setpriority(PRIO_PROCESS, 0, lowest_nice);
    std::unique_lock lock{shared->mutex};
    while (shared->wait_for_work(lock)) {
        std::unique_ptr<Task> task = std::move(shared->waiting.front());
        shared->waiting.pop_front();
        lock.unlock();
        task->run(shared->stop);
        lock.lock();
        shared->done.push_back(std::move(task));
        shared->any_done.store(true, std::memory_order_release);
        shared->progress.notify_one();
    }
    const bool last = --shared->threads == 0;
    if (last) shared->progress.notify_one();
    if (!last || !shared->abandoned) return;
    lock.unlock();
    delete shared;
}

Worker::Worker(Priority priority, std::size_t threads)
    : shared_(std::make_unique<Shared>(priority, threads)) {
    const std::lock_guard lock{shared_->mutex};
    start_thread();
}

/// Under the mutex.
void Worker::start_thread() {
    const SignalsBlocked blocked;
    std::thread(serve, shared_.get()).detach();
    ++shared_->threads;
}

Worker::~Worker() {
    std::unique_lock lock{shared_->mutex};
    shared_->stop = true;
    shared_->work.notify_all();
    if (shared_->progress.wait_for(lock, end_patience, [&] { return shared_->threads == 0; }))
        return;
    shared_->abandoned = true;
    static_cast<void>(shared_.release());
}

void Worker::post(std::unique_ptr<Task> task) {
    const std::lock_guard lock{shared_->mutex};
    shared_->waiting.push_back(std::move(task));
    ++pending_;
    if (shared_->waiting.size() > shared_->idle && shared_->threads < shared_->threads_max) {
        try {
            start_thread();
        } catch (const std::system_error&) {  // those that there are will come to it
        }
    }
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

bool Worker::wait_done(Duration patience) {
    std::unique_lock lock{shared_->mutex};
    return shared_->progress.wait_for(lock, patience, [&] { return !shared_->done.empty(); });
}

}  // namespace sipping::io
