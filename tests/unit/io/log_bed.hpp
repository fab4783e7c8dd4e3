// What the tests of log files share: a directory that goes away, file operations of either kind or
// with faults, and a clock that the test moves.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "io/appender.hpp"
#include "io/chunk_pool.hpp"
#include "io/file_ops.hpp"

namespace sipping::io {

inline const std::string test_header = "time,host\n";

class TempDirectory {
public:
    TempDirectory() {
        std::string name = std::filesystem::temp_directory_path() / "sipping_io_XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
        path_ = name;
        std::filesystem::permissions(path_, std::filesystem::perms::all);
    }
    ~TempDirectory() { std::filesystem::remove_all(path_); }
    TempDirectory(const TempDirectory&) = delete;
    TempDirectory& operator=(const TempDirectory&) = delete;
    [[nodiscard]] std::string operator/(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

[[nodiscard]] inline std::string content(const std::string& path) {
    std::ifstream in{path, std::ios::binary};
    std::ostringstream out;
    out << in.rdbuf();
    return std::move(out).str();
}

inline void put_content(const std::string& path, const std::string& text) {
    std::ofstream{path, std::ios::binary} << text;
}

[[nodiscard]] inline std::string row(int number) {
    return "row " + std::to_string(number) + "," + std::string(100, 'x') + "\n";
}

[[nodiscard]] inline std::string rows(int from, int to) {
    std::string text;
    for (int i = from; i < to; ++i)
        text += row(i);
    return text;
}

/// The system calls themselves, one poll() later; `fault` may answer in their place.
class FaultyFileOps final : public FileOps {
public:
    std::function<std::optional<int>(const FileOp&)> fault;
    int writes = 0;

    void start(FileOp& op) noexcept override {
        op.busy = true;
        waiting_.push_back(&op);
    }
    void poll() noexcept override {
        for (FileOp* op : std::exchange(waiting_, {})) {
            const std::optional<int> faulty = fault ? fault(*op) : std::nullopt;
            op->result = faulty ? *faulty : perform(*op);
            op->busy = false;
        }
    }
    void wait(Duration) noexcept override { poll(); }
    void complete(std::uint64_t, int) noexcept override {}

private:
    std::vector<FileOp*> waiting_;
};

/// Ticks until there is nothing to do at `now`. `patience` bounds real time: some never settle.
inline void settle(FileOps& ops, Appender& log, Instant now, int patience_ms = 300) {
    for (int i = 0; i < patience_ms; ++i) {
        for (int j = 0; j < 20; ++j) {
            ops.poll();
            log.tick(now);
            if (log.next_tick() > now + 5ms) return;
            if (log.next_tick() > now) break;  // an operation runs
        }
        ops.wait(1ms);
    }
}

}  // namespace sipping::io
