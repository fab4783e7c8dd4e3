// The probes that still waited when a second Ctrl+C left them: neither answered nor lost.
#pragma once

#include <cstdint>
#include <string>

#include "sipping/record/rows.hpp"
#include "sipping/result/probe_result.hpp"

namespace sipping::app {

class Pending {
public:
    /// Of all results only those that are pending matter. `context`: of their rows.
    void on_result(const ProbeResult& result, const record::RowContext& context);
    /// A line for the end; empty when there were none.
    [[nodiscard]] std::string words() const;

private:
    static constexpr std::uint64_t named_max = 10;  ///< the rest is in the rows

    std::uint64_t count_ = 0;
    std::string named_;
};

}  // namespace sipping::app
