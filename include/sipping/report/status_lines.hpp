// The distinct status lines of a log, as numbers, and what their codes say of the service.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sipping/base/code_set.hpp"
#include "sipping/report/texts.hpp"

namespace sipping::report {

class StatusLines {
public:
    explicit StatusLines(CodePolicy policy = {}) : policy_(policy) {}

    [[nodiscard]] TextId id(std::string_view status_line);
    /// As it came from the network: hostile.
    [[nodiscard]] std::string_view text(TextId id) const noexcept { return texts_.text(id); }
    [[nodiscard]] const Texts& texts() const noexcept { return texts_; }
    /// 100 to 699; 0 where the line has none.
    [[nodiscard]] std::uint16_t code(TextId id) const noexcept { return known_[id].code; }
    [[nodiscard]] Service service(TextId id) const noexcept { return known_[id].service; }

private:
    struct Known {
        std::uint16_t code = 0;
        Service service{};
    };

    CodePolicy policy_;
    Texts texts_{11};  ///< beyond its limit by code, as "SIP/2.0 503"
    std::vector<Known> known_{1};
};

}  // namespace sipping::report
