// The options of each command as a table: name, letter, and how a value becomes part of the config.
// Not an argument parser (that is src/app/arguments.cpp) and not their help text.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "sipping/config/ping_config.hpp"
#include "sipping/config/ports_config.hpp"
#include "sipping/config/report_config.hpp"
#include "sipping/config/respond_config.hpp"
#include "sipping/config/stress_config.hpp"
#include "sipping/config/trace_config.hpp"

namespace sipping::config {

enum class Takes : std::uint8_t {
    nothing,  ///< a flag; giving it again changes nothing
    value,    ///< one value, given once
    values,   ///< may be repeated
};

template <class Config>
struct Option {
    char letter;            ///< '\0': none
    std::string_view name;  ///< long, without dashes; empty: there is only the letter
    Takes takes;
    /// Called once per value (flags: once, with ""), in the order of the table. Returns an empty
    /// string when fine, else what is wrong, without the option's name.
    std::string (*set)(std::string_view value, Config& config);

    /// "--interval", "-4".
    [[nodiscard]] std::string spelled() const {
        return name.empty() ? std::string{'-', letter} : "--" + std::string{name};
    }
};

[[nodiscard]] std::span<const Option<PingConfig>> ping_options() noexcept;
[[nodiscard]] std::span<const Option<RespondConfig>> respond_options() noexcept;
[[nodiscard]] std::span<const Option<ReportConfig>> report_options() noexcept;
[[nodiscard]] std::span<const Option<TraceConfig>> trace_options() noexcept;
/// A command's own options; the shared ones are ping's, with ping's meaning.
[[nodiscard]] std::span<const Option<PortsConfig>> ports_options() noexcept;
[[nodiscard]] std::span<const Option<PingConfig>> ports_shared_options();
/// Whether `sipping ports` without a host has no use for this option ("--max", "-4").
[[nodiscard]] bool needs_host(std::string_view spelled) noexcept;
[[nodiscard]] std::span<const Option<StressConfig>> stress_options() noexcept;
[[nodiscard]] std::span<const Option<PingConfig>> stress_shared_options();

}  // namespace sipping::config
