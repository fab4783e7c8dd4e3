// The fixture of tests that run on the ring and on the helper thread: one log file in a directory
// of its own, and the moves of the program around it.
#pragma once

#include <csignal>
#include <memory>

#include "log_bed.hpp"

namespace sipping::io {

class BothFileOps : public testing::TestWithParam<const char*> {
protected:
    BothFileOps() {
        if (std::string(GetParam()) == "ring") {
            ring = std::make_unique<Ring>(
                RingOptions{.submission_entries = 64, .completion_entries = 2048});
            ops = make_ring_file_ops(*ring);
        } else {
            ops = make_thread_file_ops();
        }
        std::signal(SIGPIPE, SIG_IGN);
    }
    [[nodiscard]] Appender::File file() const { return {path, test_header}; }
    void pass(Appender& log, Duration time, Duration step = 100ms, int patience_ms = 300) {
        for (const Instant end = now + time; now < end;) {
            now += step;
            settle(*ops, log, now, patience_ms);
        }
    }
    void append_rows(Appender& log, int from, int to) {
        for (int i = from; i < to; ++i)
            EXPECT_TRUE(log.append(row(i))) << i;
    }
    /// As the app does at the end of a run.
    void finish(Appender& log) {
        log.flush();
        for (int i = 0; i < 200 && !log.idle(); ++i) {
            log.tick(now += 10ms);
            ops->wait(10ms);
        }
        EXPECT_TRUE(log.idle());
    }
    /// One run of the program that logs rows [from, to).
    void run_once(int from, int to) {
        Appender log{*ops, *pool, file()};
        append_rows(log, from, to);
        finish(log);
    }

    TempDirectory directory;
    std::string path = directory / "logs/here/a.csv";
    std::unique_ptr<Ring> ring;
    std::unique_ptr<FileOps> ops;
    ChunkPoolPtr pool = make_chunk_pool(4 * chunk_size);
    Instant now{100s};
};

}  // namespace sipping::io
