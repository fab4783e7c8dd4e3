// Texts of a log that come over and over, as numbers. Bounded: hostile ones may differ each time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sipping::report {

using TextId = std::uint16_t;  ///< 0 is none

class Texts {
public:
    static constexpr std::size_t texts_max = 4096;
    static constexpr std::size_t more_max = 1000;  ///< of cut ones, beyond texts_max
    static constexpr std::size_t text_max = 256;   ///< bytes; longer ones are cut

    /// `cut`: beyond texts_max only so many bytes of a text are kept.
    explicit Texts(std::size_t cut) noexcept : cut_(cut) {}

    [[nodiscard]] TextId id(std::string_view text) {
        return last_ != 0 && known_[last_] == text ? last_ : find(text);
    }
    /// As it was: hostile.
    [[nodiscard]] std::string_view text(TextId id) const noexcept { return known_[id]; }
    [[nodiscard]] std::size_t size() const noexcept { return known_.size(); }

private:
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };

    [[nodiscard]] TextId find(std::string_view text);

    std::size_t cut_;
    std::vector<std::string> known_{1};
    std::unordered_map<std::string, TextId, Hash, std::equal_to<>> ids_;
    TextId last_ = 0;  ///< most often the next one too
};

}  // namespace sipping::report
