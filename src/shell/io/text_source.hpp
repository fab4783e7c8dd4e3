// Text of a file in pieces, as UTF-8 with its lines ended by LF (or CR LF), whatever program wrote
// it: UTF-16 and lines that end in CR alone become that. And what a file is that is no text.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "io/byte_source.hpp"

namespace sipping::io {

/// Throws std::runtime_error for what is no text: "an xz file: unpack it first", and as read() of
/// `bytes` does.
[[nodiscard]] std::unique_ptr<ByteSource> text_of(std::unique_ptr<ByteSource> bytes);

/// By its first bytes: "an xz file: unpack it first"; empty: nothing that we know.
[[nodiscard]] std::string_view foreign_kind(std::string_view head) noexcept;
/// As many of them tell all kinds.
inline constexpr std::size_t kind_head_size = 512;

}  // namespace sipping::io
