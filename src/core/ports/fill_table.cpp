#include "sipping/ports/fill_table.hpp"

#include <algorithm>
#include <array>

namespace sipping::ports {
namespace {

constexpr std::array percents{10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98, 99, 100};

}  // namespace

std::vector<FillLevel> fill_levels(std::size_t total) {
    std::vector<FillLevel> levels;
    for (const int percent : percents) {
        const std::size_t sockets = (total * static_cast<std::size_t>(percent) + 99) / 100;
        if (sockets == 0) continue;
        if (!levels.empty() && levels.back().sockets == sockets) levels.pop_back();
        levels.push_back({percent, sockets});
    }
    return levels;
}

Cost cost_of(const stats::Histogram& times) noexcept {
    return {times.count(), times.quantile(0.50), times.quantile(0.99)};
}

void FillTable::bound_any(Duration took, int error) noexcept {
    any_.record(took);
    if (error == 0) return;
    ++refused_;
    error_ = error;
}

void FillTable::end_row(std::size_t held, std::optional<std::int64_t> bytes) {
    FillRow row;
    row.percent = total_ == 0 ? 0 : static_cast<int>(std::min(held * 100 / total_, size_t{100}));
    row.held = held;
    row.bind = cost_of(bind_);
    row.any_bind = cost_of(any_);
    row.any_refused = refused_;
    row.any_error = error_;
    if (bytes && *bytes > 0 && held >= memory_sockets_min)
        row.bytes_per_socket = static_cast<std::uint64_t>(*bytes) / held;
    rows_.push_back(row);
    bind_.clear();
    any_.clear();
    refused_ = 0;
    error_ = 0;
}

}  // namespace sipping::ports
