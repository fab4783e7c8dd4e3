// The pcapng format (draft-ietf-opsawg-pcapng): any number of sections in either byte order, each
// with interfaces of different link types and resolutions of time. What is no packet, interface or
// statistics is gone over.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "capture/byte_order.hpp"
#include "capture/frame_reader.hpp"

namespace sipping::capture {

class PcapngReader final : public FrameReader {
public:
    static constexpr std::uint32_t block_max = 16 * 1024 * 1024;  ///< of what is looked into
    static constexpr std::size_t interfaces_max = 65'536;         ///< of a section

    /// nullptr when the file does not begin as one does.
    [[nodiscard]] static std::unique_ptr<PcapngReader> open(FileBytes& file);

    bool next(Frame& frame) override;

private:
    using Bytes = std::span<const std::uint8_t>;

    struct Interface {
        int link = 0;
        std::uint8_t resolution = 6;      ///< as the option has it: ten (or two) to the -n
        std::int64_t offset_s = 0;        ///< to be added to its times
        std::uint64_t dropped = 0;        ///< by its last statistics
        std::optional<WallTime> last;     ///< of its last packet
        std::optional<WallTime> counted;  ///< when these statistics were taken
    };
    struct Option {
        std::uint16_t code = 0;
        Bytes value;
    };

    explicit PcapngReader(FileBytes& file) noexcept : file_(file) {}

    void begin_section();
    void take_interface(Bytes body);
    void take_statistics(Bytes body);
    [[nodiscard]] bool take_packet(Bytes body, Frame& frame);
    [[nodiscard]] bool take_old_packet(Bytes body, Frame& frame);
    void hand_out(Frame& frame, Interface& from, std::uint64_t ticks, Bytes data,
                  std::uint32_t kept);
    [[nodiscard]] Interface& interface(std::uint32_t number);
    [[nodiscard]] std::uint64_t ticks(Bytes body, std::size_t at) const noexcept;
    [[nodiscard]] bool take_option(Bytes& options, Option& option) const noexcept;

    FileBytes& file_;
    ByteOrder order_;
    std::vector<Interface> interfaces_;  ///< of the present section
};

}  // namespace sipping::capture
