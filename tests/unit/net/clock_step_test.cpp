// A wall clock that is set in the middle of a run: real sockets, real kernel stamps and both
// transports; only the offset between the clocks is made up, so that the box's own stays alone.
#include "ways.hpp"

namespace sipping::net {
namespace {

// The offset is read once, so that nothing but step_after() ever changes it.
class SteppedClock final : public io::Clock {
public:
    [[nodiscard]] ClockReading read() const noexcept override {
        if (reads_left_ == 0) {
            step_ = next_step_;
            reads_left_ = never;
        }
        if (reads_left_ != never) --reads_left_;
        return {system_.now(), offset_ + step_};
    }
    /// After `reads` more readings the wall clock differs by `step` from the kernel's.
    void step_after(int reads, Duration step) {
        reads_left_ = reads;
        next_step_ = step;
    }
    [[nodiscard]] bool step_waits() const { return reads_left_ != never; }

private:
    static constexpr int never = -1;
    io::SystemClock system_;
    Duration offset_ = system_.read().wall_offset;
    Duration next_step_{};
    mutable Duration step_{};
    mutable int reads_left_ = never;
};

class ClockStepTest : public TransportTest {
protected:
    static constexpr std::uint32_t ports = 4;
    static constexpr std::size_t batch_size = probe::Outbox::capacity;
    // What an offset that was read once may be off by, and the datagrams' way through loopback.
    static constexpr Duration slack = 1ms;

    struct Times {
        Instant submit_began, sent, submitted;  ///< of the request
        Instant answered;                       ///< the far end had it and was about to answer
        Instant arrived, read;                  ///< of the answer
        bool kernel_stamped = false;
    };

    ClockStepTest() : answered_(probes_max) {}

    /// One batch out, all of its answers in; returns whether the kernel's stamps were used.
    bool exchange() {
        const std::size_t first = times_.size();
        times_.resize(first + batch_size);
        for (std::size_t i = first; i < times_.size(); ++i)
            driver_.add(static_cast<std::uint32_t>(i % ports), peer_.endpoint(), std::to_string(i));
        driver_.submit();
        const Instant submitted = system_clock_.now();
        for (std::size_t i = first; i < times_.size(); ++i) {
            times_[i].submit_began = driver_.submit_began.at(i);
            times_[i].sent = driver_.sent.at(i);
            times_[i].submitted = submitted;
        }
        EXPECT_TRUE(driver_.wait_for([this] { return note_answers() == times_.size(); }));
        return times_.back().kernel_stamped;
    }

    std::size_t note_answers() {
        for (; noted_ < driver_.seen.size(); ++noted_) {
            const Seen& seen = driver_.seen[noted_];
            Times& times = times_.at(std::stoul(seen.bytes));
            EXPECT_EQ(times.read, Instant{}) << seen.bytes << " was answered twice";
            times.arrived = seen.arrival.at;
            times.kernel_stamped = seen.arrival.kernel_stamped;
            times.read = system_clock_.now();
        }
        return noted_;
    }

    void step(Duration step, int reads) {
        clock_.step_after(reads, step);
        for (int batches = 0; clock_.step_waits() && batches < 10; ++batches)
            (void)exchange();
        EXPECT_FALSE(clock_.step_waits());
        (void)exchange();
    }

    /// Both ends of each latency against what the far end and this test saw of it.
    void check() {
        peer_.stop();
        for (std::size_t i = 0; i < times_.size(); ++i) {
            EXPECT_GE(times_[i].sent, times_[i].submit_began) << i;
            EXPECT_LE(times_[i].sent, times_[i].submitted) << i;
            EXPECT_GE(times_[i].arrived, answered_.at(i) - slack) << i;
            EXPECT_LE(times_[i].arrived, times_[i].read + slack) << i;
        }
    }

    static constexpr std::size_t probes_max = 8192;
    io::SystemClock system_clock_;
    SteppedClock clock_;
    std::vector<Instant> answered_;  ///< written by the far end's thread, read after its end
    Peer peer_{family(), [this](std::string_view text) {
                   answered_.at(std::stoul(std::string(text))) = system_clock_.now();
                   return std::string(text);
               }};
    Driver driver_{options(ports), clock_};
    std::vector<Times> times_;
    std::size_t noted_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Ways, ClockStepTest, every_way(), name_of);

TEST_P(ClockStepTest, a_wall_clock_set_in_the_middle_changes_no_latency) {
    std::uint64_t steps = 0;
    for (const Duration by : {Duration{10s}, Duration{-10s}}) {
        // The first readings are within the sends and within the wait for their answers.
        for (int reads = 0; reads < 6; ++reads) {
            (void)exchange();
            EXPECT_TRUE(exchange());
            step(by, reads);
            EXPECT_FALSE(exchange());  // the kernel's stamps now contradict the clock
            step(0s, reads);
            steps += 2;
            EXPECT_EQ(driver_.network.transport->health().clock_steps, steps);
        }
    }
    EXPECT_TRUE(exchange());
    check();
}

}  // namespace
}  // namespace sipping::net
