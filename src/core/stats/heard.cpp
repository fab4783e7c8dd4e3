#include "sipping/stats/heard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "sipping/base/grouped.hpp"

namespace sipping::stats {

void Heard::add(const ProbeResult& result) noexcept {
    if (result.kind == Kind::late) ++late;
    if (!result.icmp) return;
    ++icmp;
    last_icmp = *result.icmp;
}

void Heard::add(const Stray& stray) noexcept {
    if (stray.target != every_target) ++strays[static_cast<std::size_t>(stray.reason)];
}

bool Heard::nothing() const noexcept {
    return late + icmp + unread() + strays[static_cast<std::size_t>(StrayReason::request)] == 0;
}

std::uint64_t Heard::unread() const noexcept {
    return std::accumulate(strays.begin(), strays.end(), std::uint64_t{0}) -
           strays[static_cast<std::size_t>(StrayReason::request)];
}

std::string heard_words(const Heard& heard) {
    std::string text;
    std::array<char, 32> scratch{};
    if (heard.icmp > 0)
        text += fmt::format(" ICMP errors named {} (the last: {} from {}).",
                            counted(heard.icmp, "probe"), icmp_name(heard.last_icmp, scratch),
                            to_string(heard.last_icmp.from));
    std::string came;
    for (std::size_t i = 0; i < heard.strays.size(); ++i)
        if (const std::uint64_t count = heard.strays[i]; count > 0)
            came += fmt::format("{}{} {}", came.empty() ? "" : ", ", grouped(count),
                                stray_words(StrayReason(i), count));
    if (!came.empty()) text += fmt::format(" Its host sent something else: {}.", came);
    return text;
}

}  // namespace sipping::stats
