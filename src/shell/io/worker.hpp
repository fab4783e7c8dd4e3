// Threads for work that may take long or get stuck (compressing, asking a name server). The loop
// never waits for them: it posts tasks and now and then takes done ones back. Owns the tasks in
// between. One thread does one task after the other; with several, tasks run side by side.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "sipping/base/instant.hpp"

namespace sipping::io {

class Worker {
public:
    class Task {
    public:
        virtual ~Task() = default;
        /// On a thread of the worker. Long work looks at `stop` and ends early once it is set.
        virtual void run(const std::atomic<bool>& stop) noexcept = 0;
    };

    enum class Priority : std::uint8_t { normal, lowest };

    /// Starts a thread, which takes no signals; further ones when tasks wait, up to `threads`
    /// (fewer where no more can be started). Throws std::system_error when there cannot be a single
    /// one.
    explicit Worker(Priority priority, std::size_t threads = 1);
    /// Tasks not begun are dropped. Those that do not end within 200 ms (a dead disk, a silent name
    /// server) are left behind with all that they use.
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void post(std::unique_ptr<Task> task);
    /// The task that has been done for the longest time; null when there is none.
    [[nodiscard]] std::unique_ptr<Task> take_done();
    /// Posted and not taken back yet.
    [[nodiscard]] std::size_t pending() const noexcept { return pending_; }
    /// Before the loop begins: waits until there is a task to take back, but not for longer than
    /// `patience`. False: there is none.
    [[nodiscard]] bool wait_done(Duration patience);

    /// A further thread that has had nothing to do for so long ends.
    static constexpr Duration idle_limit = 1s;

private:
    struct Shared;
    static void serve(Shared* shared) noexcept;
    void start_thread();

    std::unique_ptr<Shared> shared_;
    std::size_t pending_ = 0;
};

}  // namespace sipping::io
