// A thread for work that may take long or get stuck (compressing, asking a name server), one task
// after the other. The loop never waits for it: it posts tasks and now and then takes done ones
// back. Owns the tasks in between.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>

namespace sipping::io {

class Worker {
public:
    class Task {
    public:
        virtual ~Task() = default;
        /// On the worker's thread. Long work looks at `stop` and ends early once it is set.
        virtual void run(const std::atomic<bool>& stop) noexcept = 0;
    };

    enum class Priority : std::uint8_t { normal, lowest };

    /// Starts the thread, which takes no signals.
    explicit Worker(Priority priority);
    /// Tasks not begun are dropped. One that does not end within 200 ms (a dead disk, a silent name
    /// server) is left behind with all that it uses.
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void post(std::unique_ptr<Task> task);
    /// The oldest task that is done; null when there is none.
    [[nodiscard]] std::unique_ptr<Task> take_done();
    /// Posted and not taken back yet.
    [[nodiscard]] std::size_t pending() const noexcept { return pending_; }

private:
    struct Shared;
    static void serve(Shared* shared) noexcept;

    std::unique_ptr<Shared> shared_;
    std::thread thread_;
    std::size_t pending_ = 0;
};

}  // namespace sipping::io
