// What is told at once, beside the rows: a state that changed, a status that changed, a name that
// does not resolve, many targets that fell together, requests that came, how the far end sees us.
// Rendered as a line (console) and as a JSON object (record/event_json). Views live for the call
// only; hostile text.
#pragma once

#include <cstdint>
#include <string_view>

#include "sipping/base/endpoint.hpp"
#include "sipping/base/instant.hpp"
#include "sipping/stats/target_stats.hpp"

namespace sipping::stats {

/// `stats` says the rest: since when, what was lost.
struct StateEvent {
    std::uint32_t target = 0;
    State state{};
    const TargetStats* stats = nullptr;
    std::uint16_t code = 0;  ///< of its last reply, for refusing and maintenance
    WallTime at{};
};

/// The status of a target's replies changed: "200 OK", "503 Service Unavailable". The two are the
/// same when it changed and changed back within the second in which nothing was told.
struct StatusEvent {
    std::uint32_t target = 0;
    std::string_view from;
    std::string_view to;
    std::uint64_t hidden = 0;  ///< changes in between that were not told, at most one a second is
    WallTime at{};
};

/// The target's name has no address, so it cannot be asked.
struct UnresolvedEvent {
    std::uint32_t target = 0;
    std::string_view why;  ///< "cannot resolve 'gw7.example': ..."
    WallTime since{};
    WallTime at{};
};

/// It has one now.
struct ResolvedEvent {
    std::uint32_t target = 0;
    Address address;
    Duration after{};
    WallTime at{};
};

/// Several targets failed at once: whatever they have in common is to be suspected.
struct CommonEvent {
    State state{};  ///< down, or unknown: they cannot be asked
    std::uint32_t targets = 0;
    std::uint32_t of = 0;
    Duration within{};  ///< from the first outage's begin to the last one's
    WallTime begin{};
};

/// The first request from a source.
struct RequestEvent {
    Endpoint from;
    std::string_view method;
    std::string_view user_agent;
    bool answered = false;
    WallTime at{};
};

/// What a target says of where our requests come from (RFC 3581).
struct SeenEvent {
    std::uint32_t target = 0;
    std::string_view received;  ///< an address, as written in its Via; empty: as we wrote it
    std::string_view sent_by;   ///< the address that we wrote
    bool port_kept = true;      ///< rport is the port we sent from ...
    bool port_told = true;      ///< ... and there was one, now or before
    WallTime at{};
};

}  // namespace sipping::stats
