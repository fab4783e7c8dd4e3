// A quick, tolerant look at a SIP message in a capture: what it is and whose. Not a decoder
// (wire is): a message that is cut, or quoted by an ICMP error, or that no decoder would take,
// still says which Call-ID it belongs to. Reads its bytes and nothing else; hostile input.
#pragma once

#include <cstdint>
#include <string_view>

namespace sipping::trace {

struct Message {
    bool is_request = false;
    std::uint16_t status = 0;     ///< of a response
    std::string_view start_line;  ///< without its line end
    std::string_view method;      ///< of a request
    std::string_view headers;     ///< from behind the start line to the empty line, or the end
    std::string_view call_id;
    bool has_via = false;
    std::string_view branch;      ///< of the topmost Via
    std::string_view own_branch;  ///< the first branch of our form in any Via, if there is one
    std::string_view from_tag;
    std::string_view cseq;
};

/// False for what does not begin as SIP does.
[[nodiscard]] bool read_message(std::string_view bytes, Message& message) noexcept;

/// A header line, folded ones in one piece; `name` as written.
struct HeaderLine {
    std::string_view name;
    std::string_view value;
};
/// Takes the next one off the front of `headers`; false at the end. A line without a colon has no
/// name.
[[nodiscard]] bool take_header(std::string_view& headers, HeaderLine& line) noexcept;
/// "via" of "v", "Via" and "VIA": long name in lower case; of unknown ones as it is, which compares
/// without case.
[[nodiscard]] std::string_view long_name(std::string_view name) noexcept;

/// Number and site of a Call-ID of ours ("0123456789", "4084673539@site"); false for others.
struct CallId {
    std::uint64_t number = 0;
    std::string_view site;
};
[[nodiscard]] bool parse_call_id(std::string_view text, CallId& id) noexcept;
/// The same from a branch of ours, which holds the digits ("z9hG4bK", ten digits, 16 of hex).
[[nodiscard]] bool parse_branch(std::string_view text, std::uint64_t& number) noexcept;

}  // namespace sipping::trace
