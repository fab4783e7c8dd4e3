// A pipe that can be read more than once: what came out of it is kept, the first of it in memory,
// the rest in a temporary file.
#pragma once

#include <memory>
#include <optional>
#include <system_error>
#include <vector>

#include "io/byte_source.hpp"
#include "io/temp_file.hpp"

namespace sipping::io {

class KeptPipe {
public:
    /// A signal that comes while a read waits ends it there when `stop` says so.
    KeptPipe(Fd pipe, bool (*stop)() noexcept) : pipe_(std::move(pipe)), stop_(stop) {}

    /// The bytes from the first one on, as they came. One at a time; must not outlive this. Throws
    /// std::system_error when they were read before and could not be kept.
    [[nodiscard]] std::unique_ptr<ByteSource> open();

private:
    static constexpr std::size_t memory_max = std::size_t{1024} * 1024;
    class Source;

    std::size_t read(std::uint64_t position, std::span<char> space);
    [[nodiscard]] std::size_t read_again(std::uint64_t position, std::span<char> space) const;
    void keep(std::span<const char> bytes);

    Fd pipe_;
    bool (*stop_)() noexcept;
    std::vector<char> first_;
    std::optional<TempFile> rest_;
    std::uint64_t came_ = 0;
    std::optional<std::system_error> not_kept_;
};

}  // namespace sipping::io
