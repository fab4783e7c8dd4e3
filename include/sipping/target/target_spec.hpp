// One target as the user wrote it: parsed and validated, not yet resolved. Knows no DNS and no
// interfaces. Files of targets are in target_list.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sipping/base/code_set.hpp"
#include "sipping/base/endpoint.hpp"
#include "sipping/base/instant.hpp"

namespace sipping::target {

struct TargetSpec {
    std::string text;                ///< what was asked for, bare of brackets and words around it
    std::string name;                ///< name= or the display name if given, else text
    std::string uri_user;            ///< of sip:user@host; empty: none
    std::string host;                ///< name or literal address, no brackets, no zone
    std::uint16_t port = 0;          ///< 0: the default port
    std::optional<Address> literal;  ///< set when host is an address; no scope yet
    std::string zone;                ///< of a link-local address: an interface, by name or number
    // What may follow a target in a file or in quotes on the command line.
    std::optional<std::string> user;    ///< user=
    std::optional<std::string> domain;  ///< domain=
    std::optional<std::string> request_uri;
    std::optional<std::string> from;
    std::optional<std::string> to;
    std::optional<std::string> contact;
    std::vector<std::string> headers;  ///< header=, each "Name: value"
    std::optional<Duration> interval;
    std::optional<Duration> timeout;
    std::optional<CodeSet> down_codes;  ///< down-codes=; empty: no code, whatever the option says
    std::optional<CodeSet> maintenance_codes;

    std::string note;        ///< what its author may have meant instead; empty: nothing
    std::uint32_t line = 0;  ///< of the file; 0: from the command line
};

/// A target as people write and paste it, then `key=value` words.
///
/// "host", "host:port", "[v6]:port", a bare v6 literal, "sip:user@host:port" and the same in <...>
/// behind a display name; the port also as the next word or field ("host 5060", "host;5060"). A
/// link-local address may have its zone: "fe80::1%eth0", "[fe80::1%25eth0]:5060" (RFC 6874). URI
/// parameters are ignored, except maddr and a transport other than udp: refused. What text
/// processors and web pages leave in a text (see pasted_text.hpp) does not matter.
///
/// The words: name= user= domain= interval= timeout= request-uri= from= to= contact= header= (may
/// be repeated) down-codes= maintenance-codes=; a value with blanks stands in double or single
/// quotes.
///
/// Returns an empty string when fine, else what is wrong, naming the culprit; `spec` is then
/// unchanged.
[[nodiscard]] std::string parse_target(std::string_view line, TargetSpec& spec);

/// Host and port as in the Request-URI, v6 in brackets, without a zone; without the port if it is
/// SIP's own. `endpoint`: where the target is asked.
[[nodiscard]] std::string uri_host(const TargetSpec& spec, const Endpoint& endpoint);

}  // namespace sipping::target
