// A file of captured packets, read in order: pcap or pcapng (libpcap), plain, gzip or zstd
// (io/byte_source). And several of them merged by time. Hands out frames; what is in them is
// trace's business.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "capture/block_watch.hpp"
#include "io/byte_source.hpp"
#include "sipping/base/instant.hpp"

struct pcap;

namespace sipping::capture {

struct Frame {
    WallTime at{};
    std::uint32_t length = 0;             ///< on the wire; there may be less of it in `bytes`
    std::span<const std::uint8_t> bytes;  ///< until the next one is read from the same file
};

class CaptureFile {
public:
    /// "-" is standard input. Throws std::runtime_error with the file's name for what cannot be
    /// opened, and what is no capture.
    CaptureFile(std::string path, bool (*stop)() noexcept);
    ~CaptureFile();
    CaptureFile(const CaptureFile&) = delete;
    CaptureFile& operator=(const CaptureFile&) = delete;

    /// False at the end, and where it cannot be read on: then error() says why.
    bool next(Frame& frame);
    /// "FILE: packet 1235: truncated dump file; ...", or empty.
    [[nodiscard]] const std::string& error() const noexcept { return error_; }

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] int link() const noexcept { return link_; }
    [[nodiscard]] std::uint64_t packets() const noexcept { return packets_; }
    /// Packets that the capture itself says it lost; at its end, and of pcapng only.
    [[nodiscard]] std::uint64_t dropped() const noexcept { return watch_.dropped(); }
    /// Bytes read and to be read; 0: not known.
    [[nodiscard]] std::uint64_t position() const noexcept { return source_->position(); }
    [[nodiscard]] std::uint64_t size() const noexcept { return source_->size(); }

private:
    static ssize_t read_piece(void* self, char* space, std::size_t size) noexcept;

    std::string path_;
    std::unique_ptr<io::ByteSource> source_;
    BlockWatch watch_;
    std::string read_error_;  ///< of source_, which libpcap does not hand on
    std::string error_;
    pcap* pcap_ = nullptr;
    int link_ = 0;
    std::uint64_t packets_ = 0;
};

/// The frames of all files in order of time, as far as each file is.
class Merge {
public:
    void add(std::unique_ptr<CaptureFile> file, int tag);
    /// False: no more. `file` and `tag` say where it came from.
    bool next(Frame& frame, const CaptureFile*& file, int& tag);

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
