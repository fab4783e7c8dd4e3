// A set of SIP status codes that a user names ("408,500-504"), and what a response with one of them
// is taken for. Values only: what follows from it is decided elsewhere.
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>

namespace sipping {

class CodeSet {
public:
    static constexpr std::uint16_t first = 100;        ///< RFC 3261 section 7.2
    static constexpr std::uint16_t final_first = 200;  ///< what is below is provisional
    static constexpr std::uint16_t last = 699;

    [[nodiscard]] bool has(std::uint16_t code) const noexcept {
        return code >= first && code <= last && codes_[code - std::size_t{first}];
    }
    [[nodiscard]] bool empty() const noexcept { return codes_.none(); }
    void add(std::uint16_t low, std::uint16_t high) noexcept {
        for (std::size_t code = low; code <= high; ++code)
            codes_.set(code - first);
    }

    friend bool operator==(const CodeSet&, const CodeSet&) = default;

private:
    std::bitset<last - first + 1> codes_;
};

/// "408,500-504": codes and ranges of codes, each 200 to 699, since only these end a probe. As the
/// readers of values.hpp: an empty string when fine, else what is wrong; then `codes` is unchanged.
[[nodiscard]] std::string read_codes(std::string_view text, CodeSet& codes);

/// What a response says of the service behind it. Any response proves that the path works.
enum class Service : std::uint8_t {
    fine,
    refused,      ///< its code is one of --down-codes
    maintenance,  ///< its code is one of --maintenance-codes
};

/// The codes that do not count as fine. A code in both sets is maintenance.
struct CodePolicy {
    CodeSet down;
    CodeSet maintenance;

    [[nodiscard]] Service judge(std::uint16_t code) const noexcept {
        if (maintenance.has(code)) return Service::maintenance;
        return down.has(code) ? Service::refused : Service::fine;
    }
    [[nodiscard]] bool empty() const noexcept { return down.empty() && maintenance.empty(); }

    friend bool operator==(const CodePolicy&, const CodePolicy&) = default;
};

}  // namespace sipping
