// Writes frames into a pcap or pcapng file, with nanoseconds, for Wireshark and the like: pcap
// where all frames are of one link type, which every tool reads; else pcapng, with an interface for
// each link type.
#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/frame_reader.hpp"

namespace sipping::capture {

class CaptureWriter {
public:
    /// `link` of a pcap file; none: pcapng. Throws std::runtime_error, naming the file, when it
    /// cannot be made.
    CaptureWriter(const std::string& path, std::optional<int> link);

    void write(const Frame& frame);
    /// Throws when not everything could be written.
    void close();

private:
    struct Close {
        void operator()(std::FILE* file) const noexcept { std::fclose(file); }
    };
    void put(std::span<const std::uint32_t> numbers);
    void put(std::span<const std::uint8_t> bytes);
    [[nodiscard]] std::uint32_t interface_of(int link);
    [[noreturn]] void fail() const;

    std::string path_;
    std::unique_ptr<std::FILE, Close> file_;
    bool is_pcapng_;
    std::vector<int> interfaces_;  ///< link types, by the number of their interface
};

}  // namespace sipping::capture
