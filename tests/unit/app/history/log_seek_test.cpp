#include "history/log_seek.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

namespace sipping::app {
namespace {

constexpr WallTime begin{1'700'000'000s};

/// A log in memory of a row a second, each completed at once.
class LogInMemory {
public:
    /// `second_of`: of the i-th row.
    explicit LogInMemory(int rows, std::function<int(int)> second_of = std::identity{})
        : fd_(::memfd_create("log", MFD_CLOEXEC)) {
        text_ = "time,timestamp,host,latency,callid,response,target,source_port,kind,detail\n";
        for (int i = 0; i < rows; ++i)
            text_ += fmt::format(
                "28/11/26 10:00:00:000000,{}.000000,192.0.2.1,5.000,{},SIP/2.0 200 OK,gw,40000,"
                "reply,\n",
                1'700'000'000 + second_of(i), 1'000'000'000 + i);
        EXPECT_EQ(::write(fd_, text_.data(), text_.size()), std::ssize(text_));
    }
    ~LogInMemory() { ::close(fd_); }
    LogInMemory(const LogInMemory&) = delete;
    LogInMemory& operator=(const LogInMemory&) = delete;

    /// Of the first row at the offset that is found for this time: seconds since the begin.
    [[nodiscard]] bool in_order() const {
        const std::string name = fmt::format("/proc/self/fd/{}", fd_);
        const auto source = io::open_source(name, []() noexcept { return false; });
        std::vector<char> buffer(1024 * 1024);
        Unread unread;
        LogRows rows(*source, buffer, name, unread);
        return looks_in_order(rows, fd_, text_.size());
    }
    [[nodiscard]] long row_found(WallTime at) const {
        const std::uint64_t offset = offset_before(fd_, text_.size(), at);
        EXPECT_TRUE(offset == 0 || text_[offset - 1] == '\n') << "in the middle of a line";
        const std::size_t digits = text_.find(",1700", offset) + 1;
        return digits == 0 ? -1 : std::stol(text_.substr(digits, 10)) - 1'700'000'000;
    }

private:
    int fd_;
    std::string text_;
};

TEST(LogSeek, no_row_of_the_time_is_passed_over_and_few_before_it_are_read) {
    const LogInMemory log(50'000);
    // Blocks of 16 KiB, rows of 100 bytes; and 300 that may be of another time (unseen_bytes()).
    const long room = 2 * 16 * 1024 / 100 + 300;
    const long within = std::chrono::duration_cast<std::chrono::seconds>(completed_within).count();
    for (const long second : {0L, 1L, 999L, 20'000L, 31'415L, 49'998L, 49'999L, 60'000L}) {
        const long found = log.row_found(begin + std::chrono::seconds{second});
        EXPECT_LE(found, second);
        EXPECT_GE(found, std::min(second, 50'000L) - within - room) << second;
    }
}

TEST(LogSeek, rows_of_another_time_mislead_nobody) {
    for (const int odd : {3600, -3600, -1'000'000}) {
        const LogInMemory log(50'000, [odd](int i) { return i / 10 == 2500 ? i + odd : i; });
        for (const long second : {20'000L, 24'999L, 25'000L, 25'700L, 30'000L})
            EXPECT_LE(log.row_found(begin + std::chrono::seconds{second}), second) << odd;
    }
}

TEST(LogSeek, in_order_is_what_a_run_writes) {
    EXPECT_TRUE(LogInMemory(50'000).in_order());
    EXPECT_TRUE(LogInMemory(50'000, [](int i) { return i - i % 100; }).in_order());
    EXPECT_TRUE(LogInMemory(10).in_order());
    EXPECT_TRUE(LogInMemory(0).in_order());
}

TEST(LogSeek, a_clock_set_back_by_an_hour_does_not_hide_between_the_places_looked_at) {
    const auto set_back = [](int i) { return i < 30'000 ? i : i - 3600; };
    EXPECT_FALSE(LogInMemory(60'000, set_back).in_order());
}

TEST(LogSeek, what_was_appended_later_is_seen_however_little) {
    const auto moved = [](int i) { return i < 59'950 ? i : i - 40'000; };
    EXPECT_FALSE(LogInMemory(60'000, moved).in_order());
    const auto older = [](int i) { return i < 50'000 ? 100'000 + i : i - 50'000; };
    EXPECT_FALSE(LogInMemory(60'000, older).in_order());
}

TEST(LogSeek, before_all_rows_is_the_begin) {
    const LogInMemory log(50'000);
    EXPECT_EQ(log.row_found(WallTime{}), 0);
}

TEST(LogSeek, an_empty_file_and_one_of_a_header_have_nothing_to_pass_over) {
    const LogInMemory log(0);
    EXPECT_EQ(log.row_found(begin), -1);
}

}  // namespace
}  // namespace sipping::app
