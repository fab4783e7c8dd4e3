// A row in a form that can be put aside: bytes that mean the same without the file they came from,
// and an order of such bytes. For this process only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sipping/record/row.hpp"

namespace sipping::record {

/// Where a row stood, for whoever put it aside.
struct RowPlace {
    Duration shift{};  ///< added to its time, in the order of packed rows only
    std::uint32_t stream = 0;
    std::uint16_t piece = 0;
};

/// `packed` is overwritten. `name`: instead of the row's target.
void pack(const Row& row, std::string_view name, const RowPlace& place, std::string& packed);

/// Views into `packed`.
void unpack(std::string_view packed, Row& row, RowPlace& place) noexcept;

/// By time, then by Call-ID, then by all else, the place last: an order that does not depend on the
/// one in which rows were read.
[[nodiscard]] bool packed_before(std::string_view a, std::string_view b) noexcept;

}  // namespace sipping::record
