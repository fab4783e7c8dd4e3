// One target as the user wrote it: parsed and validated, not yet resolved. Knows no DNS.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sipping/base/endpoint.hpp"
#include "sipping/base/instant.hpp"

namespace sipping::target {

struct TargetSpec {
    std::string text;                ///< as the user named it (without the key=value words)
    std::string name;                ///< name= if given, else text
    std::string uri_user;            ///< of sip:user@host; empty: none
    std::string host;                ///< name or literal address, no brackets
    std::uint16_t port = 0;          ///< 0: the default port
    std::optional<Address> literal;  ///< set when host is an address
    // What may follow a target in a file or in quotes on the command line.
    std::optional<std::string> user;    ///< user=
    std::optional<std::string> domain;  ///< domain=
    std::optional<std::string> request_uri;
    std::optional<Duration> interval;
    std::optional<Duration> timeout;
};

/// "host", "host:port", "[v6]:port", a bare v6 literal, "sip:user@host:port" (also with ;params,
/// which are ignored except maddr/transport other than udp: refused), then `key=value` words:
/// name= user= domain= interval= timeout= request-uri= (values may be in double quotes).
/// A v6 address with a zone ("fe80::1%eth0") is kept whole as host and has no `literal`: only the
/// resolver knows interfaces. Returns an empty string when fine, else what is wrong, naming the
/// culprit; `spec` is then unchanged.
[[nodiscard]] std::string parse_target(std::string_view line, TargetSpec& spec);

inline constexpr std::size_t file_targets_max = 100'000;  ///< more is refused

/// A whole file: one target a line, '#' begins a comment (at line start or after a blank), blank
/// lines are skipped, CRLF is fine. Errors are "NAME:17: what is wrong"; a file without any target
/// is one. Appends to `specs`, or leaves them as they were.
[[nodiscard]] std::string parse_target_file(std::string_view name, std::string_view text,
                                            std::vector<TargetSpec>& specs);

}  // namespace sipping::target
