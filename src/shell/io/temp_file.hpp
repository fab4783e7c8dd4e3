// A file without a name, for what is too much for memory: gone with the process, whatever ends it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "io/fd.hpp"

namespace sipping::io {

class TempFile {
public:
    /// In TMPDIR, or /tmp. Throws std::system_error that names the folder.
    TempFile();

    /// Behind what is in it. Throws likewise when there is no room.
    void append(std::span<const char> bytes);
    /// How many bytes were read from there on: all of `space`, or up to its end. Throws likewise.
    [[nodiscard]] std::size_t read(std::uint64_t offset, std::span<char> space) const;
    void clear();
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

private:
    [[noreturn]] void refuse(int error) const;

    std::string folder_;
    Fd fd_;
    std::uint64_t size_ = 0;
};

}  // namespace sipping::io
