// How rows that are read in order of time belong together: whose history a row is of, and by how
// much the clock was behind when it was written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sipping/base/instant.hpp"
#include "sipping/record/packed_row.hpp"
#include "sipping/report/pieces.hpp"

namespace sipping::report {

class Plan {
public:
    /// By how much the clock had been set back since the stream's begin.
    [[nodiscard]] Duration shift(StreamId stream, std::uint16_t piece) const noexcept {
        const std::vector<Duration>& shifts = shifts_[stream];
        return piece < shifts.size() ? shifts[piece] : Duration::zero();
    }
    /// How often it was set back, in all streams.
    [[nodiscard]] std::uint64_t clock_set_back() const noexcept { return clock_set_back_; }
    /// Of those that asked this target: 0 is the first one.
    [[nodiscard]] std::uint32_t prober(std::string_view key, StreamId stream) const noexcept {
        const auto found = probers_.find(key);
        return found == probers_.end() ? 0 : found->second[stream];
    }

    /// The same for all streams of one log and its copies.
    [[nodiscard]] StreamId root(StreamId stream) const noexcept { return roots_[stream]; }

private:
    friend class Scout;
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };

    std::vector<std::vector<Duration>> shifts_;  ///< by stream, then piece; none: no shift
    std::vector<StreamId> roots_;
    std::uint64_t clock_set_back_ = 0;
    /// Of the keys that more than one prober asked, by stream.
    std::unordered_map<std::string, std::vector<std::uint32_t>, Hash, std::equal_to<>> probers_;
};

/// Of rows in order of time: all of one probe, which stand side by side, have the shift of the
/// first.
class RowShifts {
public:
    explicit RowShifts(const Plan& plan) noexcept : plan_(&plan) {}

    [[nodiscard]] Duration next(const record::Row& row, const record::RowPlace& place) {
        const bool same = row.sent == sent_ && row.type == type_ && row.call_id == call_id_ &&
                          (row.is_probe() || (row.target == target_ && row.detail == detail_));
        if (!same) {
            shift_ = plan_->shift(place.stream, place.piece);
            sent_ = row.sent;
            type_ = row.type;
            call_id_ = row.call_id;
            if (!row.is_probe()) {
                target_ = row.target;
                detail_ = row.detail;
            }
        }
        return shift_;
    }

private:
    const Plan* plan_;
    WallTime sent_{};
    record::RowType type_{};
    std::uint64_t call_id_ = 0;
    std::string target_;
    std::string detail_;
    Duration shift_{};
};

}  // namespace sipping::report
