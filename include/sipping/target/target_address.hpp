// The address of a target, the first thing of its line: URI, host, port, zone. A step of
// parse_target(), as target_line.hpp. Returns an empty string when fine, else what is wrong.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sipping/target/target_spec.hpp"

namespace sipping::target {

/// Where in the text of an address its parts are; nothing is judged yet.
struct AddressParts {
    std::string_view scheme;     ///< "sip:", with what follows up to the user; empty: none
    std::string_view user;       ///< with its '@'; empty: none
    std::string_view host_port;  ///< up to the first comma or semicolon
    std::string_view head;       ///< all of these
};

/// Cuts `text` and judges scheme, user and parameters. Pieces behind the host that are no URI
/// parameter go to `fields`.
[[nodiscard]] std::string cut_address(std::string_view text, AddressParts& parts,
                                      std::vector<std::string_view>& fields);

/// ";name=value" pieces behind a URI, or behind its <...>.
[[nodiscard]] std::string check_parameters(std::string_view parameters);

/// What is wrong with a word as "tcp" or "transport=tcp" behind a target, where others take one;
/// empty for other words.
[[nodiscard]] std::string only_udp(std::string_view word);

/// "host", "host:port", "[v6]:port", a bare v6 literal, with a zone.
[[nodiscard]] std::string parse_host_port(std::string_view text, TargetSpec& spec);

/// It is surely meant for an address and not for a name of something: a literal, a URI, a host with
/// a port or with a dot.
[[nodiscard]] bool looks_like_address(std::string_view text);

}  // namespace sipping::target
