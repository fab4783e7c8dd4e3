// The distinct status lines of a log, as numbers. Bounded: answers may differ in each reason
// phrase.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sipping/report/event.hpp"

namespace sipping::report {

class StatusLines {
public:
    /// Beyond it only the code is kept, as "SIP/2.0 503".
    static constexpr std::size_t texts_max = 4096;
    static constexpr std::size_t text_max = 256;  ///< bytes; longer ones are cut

    [[nodiscard]] StatusId id(std::string_view status_line);
    /// As it came from the network: hostile.
    [[nodiscard]] std::string_view text(StatusId id) const noexcept { return known_[id].text; }
    /// 100 to 699; 0 where the line has none.
    [[nodiscard]] std::uint16_t code(StatusId id) const noexcept { return known_[id].code; }

private:
    struct Known {
        std::string text;
        std::uint16_t code = 0;
    };
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };

    std::vector<Known> known_{1};
    std::unordered_map<std::string, StatusId, Hash, std::equal_to<>> ids_;
    StatusId last_ = 0;  ///< most often the next one too
};

}  // namespace sipping::report
