// Bytes of a file in pieces, from its begin: as they are, or out of gzip or zstd (told by the
// file's first bytes, not by its name). Blocks; for commands that look back, not for the loop.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "io/fd.hpp"

namespace sipping::io {

class ByteSource {
public:
    virtual ~ByteSource() = default;
    /// How many bytes were put into `space`; 0 at the end. Throws std::runtime_error without the
    /// file's name: "Input/output error", "the compressed data end in the middle", "broken zstd
    /// data: ...". What came before has been handed out by then.
    [[nodiscard]] virtual std::size_t read(std::span<char> space) = 0;
    /// Bytes of the file behind us, for a progress bar.
    [[nodiscard]] virtual std::uint64_t position() const noexcept = 0;
    /// As the file has now; 0 where that is not known (a pipe).
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    /// A plain file, which can be looked into anywhere; else -1.
    [[nodiscard]] virtual int plain_fd() const noexcept { return -1; }
    /// Goes on from there; of a plain file only.
    virtual void seek(std::uint64_t) {}

protected:
    std::uint64_t size_ = 0;
};

/// The same bytes, or what they are when unpacked. Throws as read() does.
[[nodiscard]] std::unique_ptr<ByteSource> unpacked(std::unique_ptr<ByteSource> bytes);

/// "-" is standard input. A signal that comes while read() waits ends it there when `stop` says so
/// (as the file's end). Throws std::system_error without the file's name, also for what is no
/// file ("Is a directory").
[[nodiscard]] std::unique_ptr<ByteSource> open_source(const std::string& path,
                                                      bool (*stop)() noexcept);

}  // namespace sipping::io
