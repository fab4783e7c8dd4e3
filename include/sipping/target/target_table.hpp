// The compact table of everything that is probed: one entry per endpoint. During a run only the
// address of a target with a name may change, between two turns of the loop.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sipping/base/endpoint.hpp"
#include "sipping/base/instant.hpp"

namespace sipping::target {

struct Target {
    Endpoint endpoint;
    Duration interval{};
    Duration timeout{};
    std::uint32_t policy = 0;  ///< which CodePolicy of the run judges its responses
    std::string name;          ///< as the user named it: console, CSV column `target`
    /// Its name has no address yet: nothing is sent, and the endpoint's address means nothing.
    bool unknown = false;
};

using TargetTable = std::vector<Target>;

}  // namespace sipping::target
