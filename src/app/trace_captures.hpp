// The captures of both sides, opened, and read into a join. No verdicts.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "capture/capture_file.hpp"
#include "capture/capture_writer.hpp"
#include "progress.hpp"
#include "sipping/config/trace_config.hpp"
#include "sipping/trace/coverage.hpp"
#include "sipping/trace/fragments.hpp"
#include "sipping/trace/join.hpp"

namespace sipping::app {

class TraceCaptures {
public:
    /// Opens all, and FILE of --write-pcap, which must not be one of them or of `inputs`. Throws
    /// UsageError.
    TraceCaptures(const config::TraceConfig& config, std::vector<std::string> inputs);

    /// Everything to its end, or until SIGINT. What could not be read is told in problems().
    void read(trace::Join& join, Progress& progress);

    [[nodiscard]] const trace::Coverage& coverage(trace::Side side) const noexcept {
        return coverage_[static_cast<std::size_t>(side)];
    }
    [[nodiscard]] std::uint64_t packets(trace::Side side) const noexcept {
        return packets_[static_cast<std::size_t>(side)];
    }
    [[nodiscard]] const std::vector<std::string>& problems() const noexcept { return problems_; }
    [[nodiscard]] std::uint64_t written() const noexcept { return written_; }

private:
    struct Source {
        capture::CaptureFile* file;  ///< merge_ owns it
        trace::Side side;
        WallTime first = WallTime::max();
        WallTime last = WallTime::min();
    };
    void open(const std::string& path, trace::Side side);
    void take(trace::Join& join, const Source& source, const capture::Frame& frame);
    void write(const capture::Frame& frame);
    void conclude(const trace::Join& join);
    [[nodiscard]] double share_read() const;

    capture::Merge merge_;
    std::vector<Source> sources_;
    std::unique_ptr<capture::CaptureWriter> writer_;
    trace::Fragments fragments_[2];
    trace::Coverage coverage_[2];
    std::uint64_t packets_[2]{};
    std::uint64_t written_ = 0;
    std::vector<std::string> problems_;
};

}  // namespace sipping::app
