// The captures of both sides, opened, and read into a join. No verdicts.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "capture/capture_file.hpp"
#include "capture/capture_writer.hpp"
#include "sipping/config/trace_config.hpp"
#include "sipping/trace/coverage.hpp"
#include "sipping/trace/join.hpp"
#include "sipping/trace/unpacker.hpp"
#include "text/progress.hpp"

namespace sipping::app {

class TraceCaptures {
public:
    /// Opens all, and FILE of --write-pcap, which must not be one of them or of `inputs`. Throws
    /// UsageError.
    TraceCaptures(const config::TraceConfig& config, std::vector<std::string> inputs);

    /// Everything to its end, or until SIGINT. What could not be read is told in problems().
    void read(trace::ProbeBook& book, trace::Join& join, Progress& progress);

    [[nodiscard]] const trace::Coverage& coverage(trace::Side side) const noexcept {
        return of(side).coverage;
    }
    [[nodiscard]] std::uint64_t packets(trace::Side side) const noexcept {
        return of(side).packets;
    }
    /// What is in them and was not read, with its name.
    struct NotRead {
        std::string what;
        std::uint64_t packets = 0;
    };
    [[nodiscard]] std::vector<NotRead> not_read(trace::Side side) const;
    [[nodiscard]] const std::vector<std::string>& problems() const noexcept { return problems_; }
    [[nodiscard]] std::uint64_t written() const noexcept { return written_; }

private:
    struct Source {
        capture::CaptureFile* file;  ///< merge_ owns it
        trace::Side side;
    };
    struct End {
        trace::Unpacker unpacker;
        trace::Coverage coverage;
        std::uint64_t packets = 0;
        int unknown_link = -1;  ///< one that is not read
    };
    [[nodiscard]] End& of(trace::Side side) noexcept {
        return ends_[static_cast<std::size_t>(side)];
    }
    [[nodiscard]] const End& of(trace::Side side) const noexcept {
        return ends_[static_cast<std::size_t>(side)];
    }
    void open(const std::string& path, trace::Side side);
    void open_writer(const std::string& path);
    void take(trace::ProbeBook& book, trace::Join& join, trace::Side side,
              const capture::Frame& frame);
    void write(std::span<const trace::FrameView> frames);
    void conclude(const trace::Join& join);
    [[nodiscard]] double share_read() const;

    capture::Merge merge_;
    std::vector<Source> sources_;
    std::unique_ptr<capture::CaptureWriter> writer_;
    End ends_[2];
    std::uint64_t written_ = 0;
    std::vector<std::string> problems_;
};

}  // namespace sipping::app
