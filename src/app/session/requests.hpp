// What is sent to each target: options, and the words behind the target, which go before them.
#pragma once

#include <optional>

#include "sipping/base/endpoint.hpp"
#include "sipping/config/ping_config.hpp"
#include "sipping/target/target_spec.hpp"
#include "sipping/wire/request_template.hpp"

namespace sipping::app {

/// `source`: the address that the kernel routes from; nothing where there is no route.
[[nodiscard]] wire::RequestFields request_fields(const config::PingConfig& config,
                                                 const target::TargetSpec& spec,
                                                 const Endpoint& endpoint,
                                                 const std::optional<Address>& source);

/// The port the target names, or that of the options.
[[nodiscard]] std::uint16_t port_of(const config::PingConfig& config,
                                    const target::TargetSpec& spec) noexcept;

}  // namespace sipping::app
