#include "session/requests.hpp"

#include <fmt/format.h>

#include "sipping/base/version.hpp"
#include "sipping/wire/user_headers.hpp"

namespace sipping::app {

namespace {

/// The target's own, and those of --header that say nothing of what the target says itself.
std::vector<std::string> headers_of(const config::PingConfig& config,
                                    const target::TargetSpec& spec) {
    std::vector<std::string> general;
    for (const std::string& line : config.headers) {
        const auto name = wire::split_header(line).name;
        const bool settled = (spec.to && wire::same_header(name, "To")) ||
                             (spec.contact && wire::same_header(name, "Contact"));
        if (!settled) general.push_back(line);
    }
    return wire::joined_headers(spec.headers, general);
}

}  // namespace

wire::RequestFields request_fields(const config::PingConfig& config, const target::TargetSpec& spec,
                                   const Endpoint& endpoint, const std::optional<Address>& source) {
    wire::RequestFields fields;
    fields.target_host = target::uri_host(spec, endpoint);
    fields.target_user = spec.uri_user;
    fields.request_uri = spec.request_uri.value_or(config.request_uri);
    fields.to = spec.to.value_or(config.to);
    fields.from = spec.from.value_or(config.from);
    fields.user = spec.user.value_or(config.user);
    fields.domain = to_host(std::string_view{spec.domain ? *spec.domain : config.domain});
    fields.contact = spec.contact.value_or(config.contact);
    fields.user_agent = config.user_agent.value_or(fmt::format("sipping/{}", version()));
    fields.headers = headers_of(config, spec);
    fields.site = config.site;
    fields.max_forwards = config.max_forwards;
    // No route: the sends will fail and say so; the request still needs some address.
    const Address unspecified{.family = endpoint.address.family};
    fields.via_host = config.via_address ? to_host(std::string_view{*config.via_address})
                                         : to_host(source.value_or(unspecified));
    return fields;
}

std::uint16_t port_of(const config::PingConfig& config, const target::TargetSpec& spec) noexcept {
    return spec.port != 0 ? spec.port : config.port;
}

}  // namespace sipping::app
