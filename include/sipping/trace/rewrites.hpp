// What somebody on the path (an ALG, an SBC) changed in SIP messages: the same message as captured
// on two sides, compared header by header, and summed up over all of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sipping/trace/message.hpp"

namespace sipping::trace {

/// All texts are hostile.
struct Change {
    std::string name;  ///< of the header; "start line"; "body"
    bool has_before = false;
    bool has_after = false;
    std::string before;
    std::string after;
};

/// Values that differ, headers that one of them lacks; order and the short form of a name are no
/// difference. At most `changes_max`.
inline constexpr std::size_t changes_max = 32;
[[nodiscard]] std::vector<Change> compare(std::string_view before, std::string_view after);

class Rewrites {
public:
    static constexpr std::size_t kinds_max = 64;

    struct Sum {
        bool answer = false;  ///< else the request
        Change example;       ///< the first one
        std::uint64_t count = 0;
        std::uint64_t call_id = 0;  ///< of the example
    };

    void note(bool answer, std::uint64_t call_id, std::string_view before, std::string_view after);
    /// The same of one value, where the whole message of one side is not known.
    void note_value(bool answer, std::uint64_t call_id, Change change);
    void count_compared(bool answer) noexcept { ++compared_[answer ? 1 : 0]; }

    [[nodiscard]] const std::vector<Sum>& sums() const noexcept { return sums_; }
    [[nodiscard]] std::uint64_t compared(bool answer) const noexcept {
        return compared_[answer ? 1 : 0];
    }

private:
    std::vector<Sum> sums_;
    std::uint64_t compared_[2]{};
};

}  // namespace sipping::trace
