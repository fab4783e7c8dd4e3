// The bytes of a file through a buffer, in the runs that a format asks for.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "io/byte_source.hpp"

namespace sipping::capture {

class FileBytes {
public:
    explicit FileBytes(std::unique_ptr<io::ByteSource> source) : source_(std::move(source)) {}

    /// The next `size` bytes, which stay the next ones; fewer at the end of the file. Views are
    /// valid until the next call of anything here. Throws what ByteSource::read() does.
    [[nodiscard]] std::span<const std::uint8_t> peek(std::size_t size);
    /// Goes over `size` bytes; false when the file ends before.
    bool skip(std::uint64_t size);

    [[nodiscard]] const io::ByteSource& source() const noexcept { return *source_; }

private:
    static constexpr std::size_t piece_size = 256 * 1024;

    std::unique_ptr<io::ByteSource> source_;
    std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(piece_size);
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace sipping::capture
