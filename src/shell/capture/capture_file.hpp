// A file of captured packets, read in order: pcap or pcapng, plain, gzip or zstd (io/byte_source).
// And several of them merged by time. Hands out frames; what is in them is trace's business.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "capture/frame_reader.hpp"

namespace sipping::capture {

/// A plain file, or a compressed one, that begins as a capture does. False for all else: also for
/// pipes, which could not be read again.
[[nodiscard]] bool is_capture(const std::string& path);

class CaptureFile {
public:
    /// "-" is standard input. Reads up to the first packet. Throws std::runtime_error with the
    /// file's name for what cannot be opened, and what is no capture.
    CaptureFile(std::string path, bool (*stop)() noexcept);

    /// False at the end, and where it cannot be read on: then error() says why.
    bool next(Frame& frame);
    /// "FILE: packet 1235: the file ends within it; read up to there", or empty.
    [[nodiscard]] const std::string& error() const noexcept { return error_; }

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] bool is_pcapng() const noexcept { return is_pcapng_; }
    [[nodiscard]] std::uint64_t packets() const noexcept { return packets_; }
    /// What the reader knows by now: its link types, times, losses.
    [[nodiscard]] const FrameReader& reader() const noexcept { return *reader_; }
    /// Bytes read and to be read; 0: not known.
    [[nodiscard]] std::uint64_t position() const noexcept { return file_->source().position(); }
    [[nodiscard]] std::uint64_t size() const noexcept { return file_->source().size(); }

private:
    bool read(Frame& frame);

    std::string path_;
    std::unique_ptr<FileBytes> file_;
    std::unique_ptr<FrameReader> reader_;
    Frame first_;
    bool has_first_ = false;
    bool is_pcapng_ = false;
    std::string error_;
    std::uint64_t packets_ = 0;
};

/// The frames of all files in order of time, as far as each file is.
class Merge {
public:
    void add(std::unique_ptr<CaptureFile> file, int tag);
    /// False: no more. `tag` says which file it came from.
    bool next(Frame& frame, int& tag);

private:
    struct Head {
        std::unique_ptr<CaptureFile> file;
        int tag = 0;
        Frame frame;
    };
    [[nodiscard]] static bool later(const Head& a, const Head& b) noexcept {
        return a.frame.at > b.frame.at;
    }

    std::vector<Head> heads_;  ///< a heap; its back is the one that next() gave out, when `out_`
    std::vector<std::unique_ptr<CaptureFile>> done_;
    bool out_ = false;
};

}  // namespace sipping::capture
