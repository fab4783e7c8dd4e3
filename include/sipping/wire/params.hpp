// Walks over ";name=value" parameters behind a Via, From or To (RFC 3261 section 25.1,
// generic-param), with blanks and folding wherever the grammar allows them.
#pragma once

#include <string_view>

#include "sipping/wire/text.hpp"

namespace sipping::wire {

struct Param {
    std::string_view name;
    std::string_view value;  ///< quotes kept; empty when there is none
    std::string_view whole;  ///< from the name to the end of the value
};

/// `lower` is written in lower case, as nearly everybody writes it.
[[nodiscard]] inline bool is_param(const Param& param, std::string_view lower) noexcept {
    return param.name == lower || equals_nocase(param.name, lower);
}

class ParamReader {
public:
    explicit ParamReader(std::string_view text) noexcept : rest_(text) {}

    /// False at the end of the text, before a comma, and before anything that is no parameter.
    [[nodiscard]] bool next(Param& param) noexcept;
    /// What next() stopped before, without leading blanks; empty at the end of the text.
    [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

private:
    std::string_view rest_;
};

}  // namespace sipping::wire
