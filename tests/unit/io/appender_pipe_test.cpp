// The Appender on what has a reader, FIFOs and stdout, with both kinds of FileOps.
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <chrono>

#include "both_file_ops.hpp"
#include "io/fd.hpp"

namespace sipping::io {
namespace {

using AppenderPipe = BothFileOps;

std::string read_all(int fd) {
    std::string text;
    char block[4096];
    pollfd ready{.fd = fd, .events = POLLIN, .revents = 0};
    while (::poll(&ready, 1, 0) == 1) {
        const ssize_t got = ::read(fd, block, sizeof block);
        if (got <= 0) break;
        text.append(block, static_cast<std::size_t>(got));
    }
    return text;
}

TEST_P(AppenderPipe, a_fifo_without_reader_fills_and_goes_on_when_one_comes) {
    path = directory / "fifo";
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    Appender log{*ops, *pool, file()};
    int accepted = 0;
    int refused = 0;
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 4000; ++i) {
        log.append(row(accepted)) ? ++accepted : ++refused;
        if (i % 100 == 99) pass(log, 100ms, 20ms, 10);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
    EXPECT_GT(refused, 100);
    EXPECT_EQ(log.stats().rows_lost, static_cast<unsigned>(refused));
    const Fd reader{::open(path.c_str(), O_RDONLY | O_NONBLOCK)};
    std::string text;
    for (int i = 0; i < 500 && !log.idle(); ++i) {
        text += read_all(reader.get());
        pass(log, 20ms, 20ms);
    }
    text += read_all(reader.get());
    EXPECT_TRUE(log.idle());
    EXPECT_EQ(text, test_header + rows(0, accepted));
    Instant since;
    EXPECT_EQ(log.take_lost_for_gap(since), static_cast<unsigned>(refused));
}

TEST_P(AppenderPipe, a_full_fifo_that_is_replaced_is_left_behind) {
    path = directory / "fifo";
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    Appender log{*ops, *pool, file()};
    int accepted = 0;
    while (log.append(row(accepted)))
        ++accepted;
    pass(log, 2s);
    EXPECT_FALSE(log.idle());
    std::filesystem::remove(path);
    pass(log, 3s);
    EXPECT_TRUE(log.idle());
    EXPECT_TRUE(content(path).starts_with(test_header));
    EXPECT_TRUE(content(path).ends_with(row(accepted - 1)));
}

struct Pipe {
    Pipe() {
        int ends[2];
        if (::pipe(ends) != 0) throw std::runtime_error("pipe");
        reader = Fd{ends[0]};
        writer = Fd{ends[1]};
    }
    Fd reader;
    Fd writer;
};

TEST_P(AppenderPipe, a_shared_descriptor_is_written_at_every_tick_without_header) {
    Pipe pipe;
    Appender log{*ops, *pool, pipe.writer.get()};
    EXPECT_EQ(log.next_tick(), Instant{});
    settle(*ops, log, now);
    EXPECT_EQ(log.next_tick(), never);
    append_rows(log, 0, 1);
    EXPECT_LE(log.next_tick(), now);
    settle(*ops, log, now);
    EXPECT_EQ(read_all(pipe.reader.get()), row(0));
    EXPECT_EQ(::fcntl(pipe.writer.get(), F_GETFL) & O_NONBLOCK, 0) << "the shell shares it";
}

TEST_P(AppenderPipe, a_slow_reader_of_stdout_never_holds_up_the_loop) {
    Pipe pipe;
    Appender log{*ops, *pool, pipe.writer.get()};
    int accepted = 0;
    Duration worst{};
    for (int i = 0; i < 3000; ++i) {
        const auto begun = std::chrono::steady_clock::now();
        if (log.append(row(accepted))) ++accepted;
        ops->poll();
        log.tick(now += 1ms);
        if (ring) ring->submit();
        worst = std::max<Duration>(worst, std::chrono::steady_clock::now() - begun);
        if (i % 20 == 0) ops->wait(1ms);
    }
    EXPECT_LT(worst, 500ms) << "a blocking write would never have come back";
    EXPECT_LT(accepted, 3000);
    std::string text;
    for (int i = 0; i < 500 && !log.idle(); ++i) {
        text += read_all(pipe.reader.get());
        pass(log, 20ms, 20ms, 3);
    }
    text += read_all(pipe.reader.get());
    EXPECT_EQ(text, rows(0, accepted));
    EXPECT_EQ(log.stats().rows_written, static_cast<unsigned>(accepted));
}

TEST_P(AppenderPipe, a_closed_reader_of_stdout_ends_it_quietly) {
    Pipe pipe;
    Appender log{*ops, *pool, pipe.writer.get()};
    pipe.reader.reset();
    append_rows(log, 0, 3);
    settle(*ops, log, now);
    EXPECT_FALSE(log.append(row(3)));
    EXPECT_EQ(log.stats().rows_lost, 4U);
    EXPECT_EQ(log.stats().last_error, EPIPE);
    EXPECT_TRUE(log.reader_gone());
    EXPECT_TRUE(log.idle());
    EXPECT_EQ(log.next_tick(), never);
}

TEST_P(AppenderPipe, what_nobody_reads_any_more_can_be_kept) {
    Pipe pipe;
    Appender log{*ops, *pool, pipe.writer.get()};
    append_rows(log, 0, 1);
    EXPECT_FALSE(log.reader_gone());
    pipe.reader.reset();
    settle(*ops, log, now);
    std::string kept;
    log.copy_to(&kept);
    EXPECT_FALSE(log.append(row(1)));
    log.copy_to(nullptr);
    EXPECT_FALSE(log.append(row(2)));
    EXPECT_EQ(kept, row(1));
}

TEST_P(AppenderPipe, a_stopped_reader_does_not_keep_the_program_from_ending) {
    Pipe pipe;
    const auto begun = std::chrono::steady_clock::now();
    {
        Appender log{*ops, *pool, pipe.writer.get()};
        for (int i = 0; i < 1000; ++i)
            static_cast<void>(log.append(row(i)));
        log.flush();
        for (int i = 0; i < 20; ++i) {
            log.tick(now += 10ms);
            ops->wait(1ms);
        }
        EXPECT_FALSE(log.idle());
    }
    ops.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 3s);
}

INSTANTIATE_TEST_SUITE_P(Both, AppenderPipe, testing::Values("ring", "thread"),
                         [](const auto& kind) { return std::string(kind.param); });

}  // namespace
}  // namespace sipping::io
