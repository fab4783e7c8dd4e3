// What keeps a box from holding more source ports, and the words for it.
#pragma once

#include <cstdint>
#include <string_view>

namespace sipping::ports {

enum class Limit : std::uint8_t {
    none,          ///< nothing yet
    port_range,    ///< every port we may have is taken
    open_files,    ///< RLIMIT_NOFILE: EMFILE
    system_files,  ///< fs.file-max: ENFILE
    memory,        ///< ENOBUFS, ENOMEM
    uring_table,   ///< a ring refused a table of so many registered files
    interrupted,   ///< somebody pressed Ctrl+C
    refused,       ///< any other error
};

/// What socket(2) or bind(2) mean by this errno when it worked a moment ago.
[[nodiscard]] Limit limit_of(int error) noexcept;

/// As a value of JSON: "rlimit-nofile".
[[nodiscard]] std::string_view limit_name(Limit limit) noexcept;
/// In a sentence, behind "stopped by": "the port range".
[[nodiscard]] std::string_view limit_words(Limit limit) noexcept;

}  // namespace sipping::ports
