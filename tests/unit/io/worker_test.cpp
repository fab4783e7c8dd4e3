#include "io/worker.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <semaphore>
#include <thread>

#include "sipping/base/instant.hpp"

namespace sipping::io {
namespace {

using Clock = std::chrono::steady_clock;

/// Waits for its turn's end, and tells where it ran.
class Probe final : public Worker::Task {
public:
    explicit Probe(int its_number) : number(its_number) {}
    void run(const std::atomic<bool>& /*stop*/) noexcept override {
        thread = std::this_thread::get_id();
        nice = ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()));
        sigset_t mask;
        ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
        takes_signals = sigismember(&mask, SIGINT) == 0;
    }

    int number;
    std::thread::id thread;
    int nice = 0;
    bool takes_signals = true;
};

template <class Task>
std::unique_ptr<Task> wait_for(Worker& worker) {
    for (const auto end = Clock::now() + 20s; Clock::now() < end; ::usleep(1000))
        if (auto task = worker.take_done())
            return std::unique_ptr<Task>{static_cast<Task*>(task.release())};
    return nullptr;
}

TEST(Worker, hands_tasks_back_in_order_done_elsewhere_without_signals) {
    Worker worker{Worker::Priority::lowest};
    EXPECT_EQ(worker.take_done(), nullptr);
    for (int i = 0; i < 100; ++i)
        worker.post(std::make_unique<Probe>(i));
    EXPECT_EQ(worker.pending(), 100U);
    for (int i = 0; i < 100; ++i) {
        const auto task = wait_for<Probe>(worker);
        ASSERT_NE(task, nullptr);
        EXPECT_EQ(task->number, i);
        EXPECT_NE(task->thread, std::this_thread::get_id());
        EXPECT_EQ(task->nice, 19);
        EXPECT_FALSE(task->takes_signals);
    }
    EXPECT_EQ(worker.pending(), 0U);
    EXPECT_NE(::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid())), 19) << "ours is ours";
}

/// Runs until it is told to stop.
class Obedient final : public Worker::Task {
public:
    explicit Obedient(bool& told) : told_(told) {}
    void run(const std::atomic<bool>& stop) noexcept override {
        while (!stop)
            ::usleep(1000);
        told_ = true;
    }

private:
    bool& told_;
};

TEST(Worker, the_end_stops_the_running_task_and_drops_the_others) {
    bool first = false;
    bool second = false;
    {
        Worker worker{Worker::Priority::normal};
        worker.post(std::make_unique<Obedient>(first));
        worker.post(std::make_unique<Obedient>(second));
        ::usleep(20'000);
    }
    EXPECT_TRUE(first);
    EXPECT_FALSE(second);
}

/// Ends when as many as `together` run at the same time.
class Together final : public Worker::Task {
public:
    Together(std::atomic<int>& running, int together) : running_(running), together_(together) {}
    void run(const std::atomic<bool>& stop) noexcept override {
        ++running_;
        while (running_ < together_ && !stop)
            ::usleep(1000);
    }

private:
    std::atomic<int>& running_;
    int together_;
};

int threads_of_process() {
    const std::filesystem::directory_iterator tasks{"/proc/self/task"};
    return static_cast<int>(std::distance(begin(tasks), end(tasks)));
}

TEST(Worker, several_threads_work_side_by_side_and_the_idle_ones_end) {
    const int before = threads_of_process();
    Worker worker{Worker::Priority::normal, 8};
    EXPECT_EQ(threads_of_process(), before + 1) << "more are started when there is something to do";
    std::atomic<int> running = 0;
    for (int i = 0; i < 20; ++i)
        worker.post(std::make_unique<Together>(running, 8));
    for (int i = 0; i < 20; ++i)
        ASSERT_NE(wait_for<Together>(worker), nullptr);
    EXPECT_LE(threads_of_process(), before + 8);
    for (const auto end = Clock::now() + 20s;
         Clock::now() < end && threads_of_process() > before + 1;)
        ::usleep(1000);
    EXPECT_EQ(threads_of_process(), before + 1);
    worker.post(std::make_unique<Probe>(1));
    EXPECT_NE(wait_for<Probe>(worker), nullptr) << "the last one stays";
}

TEST(Worker, waits_for_the_next_task_that_is_done) {
    Worker worker{Worker::Priority::normal};
    EXPECT_FALSE(worker.wait_done(0ns));
    EXPECT_FALSE(worker.wait_done(20ms));
    worker.post(std::make_unique<Probe>(1));
    EXPECT_TRUE(worker.wait_done(20s));
    EXPECT_NE(worker.take_done(), nullptr);
    EXPECT_FALSE(worker.wait_done(0ns));
}

std::counting_semaphore released{0};
std::counting_semaphore gone{0};

/// Stuck in the kernel, as on a dead disk.
class Stuck final : public Worker::Task {
public:
    ~Stuck() override { gone.release(); }
    void run(const std::atomic<bool>& /*stop*/) noexcept override { released.acquire(); }
};

TEST(Worker, stuck_tasks_are_left_behind_and_clean_up_after_themselves) {
    for (const int tasks : {1, 5}) {
        const auto begin = Clock::now();
        {
            Worker worker{Worker::Priority::normal, static_cast<std::size_t>(tasks)};
            for (int i = 0; i < tasks; ++i)
                worker.post(std::make_unique<Stuck>());
            ::usleep(20'000);
        }
        EXPECT_LT(Clock::now() - begin, 5s);
        released.release(tasks);
        for (int i = 0; i < tasks; ++i)
            EXPECT_TRUE(gone.try_acquire_for(20s));
    }
}

}  // namespace
}  // namespace sipping::io
