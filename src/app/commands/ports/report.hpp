// What `sipping ports` found out about this box, as values, and its two forms: text for people and
// one JSON object; and the JSON object of a path.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "net/box_limits.hpp"
#include "net/kernel_memory.hpp"
#include "net/uring_table.hpp"
#include "sipping/config/ports_config.hpp"
#include "sipping/ports/fill_table.hpp"
#include "sipping/ports/limit.hpp"
#include "sipping/ports/original.hpp"
#include "sipping/ports/path.hpp"

namespace sipping::app {

struct SimulationReport {
    ports::OriginalRecord record;
    Duration length{};             ///< how long it was played
    net::PortRange range;          ///< the kernel's, from which it got its ports
    std::uint64_t soft_limit = 0;  ///< of descriptors, as the original would have met it
    std::uint64_t due = 0;         ///< probes that should have been sent by then
    bool interrupted = false;
    std::string words;
};

struct LocalReport {
    Family family{};
    net::BoxLimits limits;
    std::uint64_t descriptor_limit = 0;  ///< after raising it
    std::size_t descriptors_open = 0;    ///< before the first socket
    std::size_t left_free = 0;           ///< ports that were not tried
    std::size_t foreseen = 0;            ///< sockets, from the limits
    std::vector<ports::FillRow> rows;
    std::optional<net::MemorySource> memory;
    std::optional<net::UringTable> table;  ///< empty: not asked
    std::size_t ports = 0;
    ports::Limit stopped_by{};
    int error = 0;  ///< the errno that stopped it
    std::string words;
    std::optional<SimulationReport> simulation;
};

/// Tables and sentences, whole lines.
[[nodiscard]] std::string ports_text(const LocalReport& report);
/// One object, without a line end.
[[nodiscard]] std::string ports_json(const LocalReport& report, const config::PortsConfig& config);

/// One object, without a line end. `visible`: ports that the rate can show; `text`: all in words.
[[nodiscard]] std::string path_json(const ports::Path& path, const std::string& target,
                                    const std::string& endpoint, std::uint32_t visible,
                                    const std::string& text);

}  // namespace sipping::app
