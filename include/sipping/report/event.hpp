// A row of a log, reduced to what a look back needs, in fixed memory.
#pragma once

#include <cstdint>

#include "sipping/base/instant.hpp"
#include "sipping/result/probe_result.hpp"

namespace sipping::report {

/// Text of an answer's status line, as a number of StatusLines; 0 is none.
using StatusId = std::uint16_t;

struct Event {
    WallTime sent{};
    Duration latency{};  ///< of an answer
    std::uint64_t call_id = 0;
    Kind kind{};
    bool own = false;   ///< a loss that may be the prober's (`self=`)
    bool late = false;  ///< a loss whose answer came later
    StatusId status = 0;
};

}  // namespace sipping::report
