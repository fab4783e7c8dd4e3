// The pcap format (draft-ietf-opsawg-pcap): microseconds and nanoseconds, either byte order, and
// Kuznetzov's variant with longer packet headers.
#pragma once

#include <memory>

#include "capture/byte_order.hpp"
#include "capture/frame_reader.hpp"

namespace sipping::capture {

class PcapReader final : public FrameReader {
public:
    /// nullptr when the file does not begin as one of these does.
    [[nodiscard]] static std::unique_ptr<PcapReader> open(FileBytes& file);

    bool next(Frame& frame) override;

private:
    explicit PcapReader(FileBytes& file) noexcept : file_(file) {}

    FileBytes& file_;
    ByteOrder order_;
    std::size_t header_size_ = 16;  ///< of a packet
    std::uint32_t unit_ns_ = 1000;
    std::uint16_t minor_ = 4;
    int link_ = 0;
};

}  // namespace sipping::capture
