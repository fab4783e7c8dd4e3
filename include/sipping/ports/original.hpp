// The original's use of ports, predicted and recorded: each probe has a socket of its own, opened
// when it is sent and closed at its timeout. Plays nothing itself; time comes as an argument.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sipping/base/instant.hpp"
#include "sipping/ports/fill_table.hpp"
#include "sipping/stats/histogram.hpp"

namespace sipping::ports {

struct OriginalPlan {
    double rate_per_s = 1;
    Duration timeout = 1s;
    std::size_t available = 0;  ///< sockets that can be open at once

    /// Ports in use `since_start` when nobody answers: a timeout's worth of probes at most.
    [[nodiscard]] std::size_t in_use_at(Duration since_start) const noexcept;
    /// When the next socket is refused; nothing when they suffice.
    [[nodiscard]] std::optional<Duration> first_failure() const noexcept;
};

struct OriginalRow {
    Duration at{};  ///< since the start
    std::uint64_t probes = 0;
    std::uint64_t failed = 0;
    std::size_t predicted = 0;
    std::size_t seen = 0;
    Cost cost;  ///< of a new port, since the row before
};

struct OriginalFailure {
    Duration at{};
    int error = 0;
    std::size_t in_use = 0;
};

/// Ended before the ports did, for the sake of the rest of the host.
struct OriginalSpared {
    Duration at{};
    std::size_t in_use = 0;
    std::size_t left_free = 0;
};

class OriginalRecord {
public:
    explicit OriginalRecord(const OriginalPlan& plan) noexcept : plan_(plan) {}

    void opened(Duration took, std::size_t in_use) noexcept;
    void failed(Duration at, int error, std::size_t in_use) noexcept;
    void spare(const OriginalSpared& spared) noexcept { spared_ = spared; }
    void end_row(Duration at, std::size_t in_use);

    [[nodiscard]] const OriginalPlan& plan() const noexcept { return plan_; }
    [[nodiscard]] const std::vector<OriginalRow>& rows() const noexcept { return rows_; }
    [[nodiscard]] const std::optional<OriginalFailure>& first_failure() const noexcept {
        return first_failure_;
    }
    [[nodiscard]] const std::optional<OriginalSpared>& spared() const noexcept { return spared_; }
    [[nodiscard]] std::uint64_t probes() const noexcept { return probes_; }
    [[nodiscard]] std::uint64_t failures() const noexcept { return failures_; }
    [[nodiscard]] std::size_t most_in_use() const noexcept { return most_in_use_; }

private:
    OriginalPlan plan_;
    stats::Histogram times_;
    std::vector<OriginalRow> rows_;
    std::optional<OriginalFailure> first_failure_;
    std::optional<OriginalSpared> spared_;
    std::uint64_t probes_ = 0;
    std::uint64_t failures_ = 0;
    std::uint64_t row_failures_ = 0;
    std::uint64_t row_probes_ = 0;
    std::size_t most_in_use_ = 0;
};

/// "first failure after 0.66 s: EMFILE (Too many open files) with 19,936 sockets open ..." or "no
/// failure: 500 in use at most, 500 predicted". `length`: how long it was played.
[[nodiscard]] std::string original_words(const OriginalRecord& record, Duration length);

}  // namespace sipping::ports
