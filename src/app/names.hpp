// Looks the names of targets up again while they are probed, on a thread, one after the other; a
// target whose name points elsewhere moves there. Literal addresses and --all-addresses stay.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/worker.hpp"
#include "prober.hpp"
#include "reporter.hpp"
#include "sipping/base/instant.hpp"
#include "sipping/config/ping_config.hpp"
#include "targets.hpp"

namespace sipping::app {

class Names {
public:
    /// Nothing to do, and no thread, without names or with --resolve-every never. Where there can
    /// be no thread it says so, and names stay where they are. All references must outlive this.
    Names(const config::PingConfig& config, Targets& targets, Prober& prober, Reporter& reporter,
          Instant start);

    /// Takes in what was found out, asks for the next name when it is due.
    void tick(const ClockReading& reading);
    /// When tick() has something to do; `never` without names.
    [[nodiscard]] Instant next_tick() const noexcept { return next_; }

private:
    /// What was told about a name, so that it is not told again each time it is looked up.
    struct Told {
        bool failing = false;
        std::optional<Address> refused;  ///< it points there, where the target may not go
    };

    void conclude(io::Worker::Task& task, const ClockReading& reading);
    void tell_failing(std::size_t name, const std::string& error, const Address& current);
    void move(std::size_t name, const Address& address, const ClockReading& reading);
    [[nodiscard]] Instant due(std::size_t name) const noexcept;

    const config::PingConfig& config_;
    Targets& targets_;
    Prober& prober_;
    Reporter& reporter_;
    Instant start_;
    std::uint64_t round_ = 1;  ///< names are due in this one ...
    std::size_t name_ = 0;     ///< ... from this one on
    std::vector<Told> told_;   ///< by name
    Instant next_ = never;
    std::unique_ptr<io::Worker> worker_;
};

}  // namespace sipping::app
