// A SIP message in a capture: what it is and whose. Read as the prober reads responses (wire,
// strictly and then forgivingly), so a message that is cut, or quoted by an ICMP error, or that no
// decoder would take, still says which Call-ID it belongs to. Hostile input.
#pragma once

#include <cstdint>
#include <string_view>

#include "sipping/base/syntax_fault.hpp"
#include "sipping/wire/response.hpp"

namespace sipping::trace {

struct Message {
    bool is_request = false;
    wire::Response fields;  ///< of a request: those that say whose it is
    SyntaxFault fault;      ///< of a response
    std::string_view start_line;
    std::string_view rest;  ///< behind the start line: headers and body

    /// Of a request.
    [[nodiscard]] std::string_view method() const noexcept {
        return start_line.substr(0, start_line.find(' '));
    }
    [[nodiscard]] bool is_provisional() const noexcept {
        return fields.status >= 100 && fields.status < 200;
    }
};

/// False for what does not begin as SIP does.
[[nodiscard]] bool read_message(std::string_view bytes, Message& message) noexcept;

/// The Call-ID's digits from the first branch of our form in any of its Vias; a proxy may have put
/// others upon ours. False: there is none.
[[nodiscard]] bool read_own_branch(const Message& message, std::uint64_t& number) noexcept;
/// The same from the top one of a message that is cut: what is behind the digits may be missing.
[[nodiscard]] bool read_cut_branch(std::string_view text, std::uint64_t& number) noexcept;

/// A header line; `name` as written, empty where there is no colon.
struct HeaderLine {
    std::string_view name;
    std::string_view value;
};
[[nodiscard]] HeaderLine split_line(std::string_view line) noexcept;
/// "via" of "v", "Via" and "VIA": long name in lower case; of unknown ones as it is, which compares
/// without case.
[[nodiscard]] std::string_view long_name(std::string_view name) noexcept;

/// Number and site of a Call-ID of ours ("0123456789", "4084673539@site"); false for others. The
/// original's may begin with 0.
struct CallId {
    std::uint64_t number = 0;
    std::string_view site;
};
[[nodiscard]] bool parse_call_id(std::string_view text, CallId& id) noexcept;

}  // namespace sipping::trace
