// A second, obvious way to decode a response: copies everything into strings, one step at a time,
// slowly. Only for comparing the real decoder with; shares nothing with it but the error names.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sipping/wire/decode_error.hpp"

namespace sipping::wire::slow {

using Params = std::vector<std::pair<std::string, std::optional<std::string>>>;

struct Response {
    DecodeError error{};
    std::string status;
    std::string reason;
    int via_count = 0;
    std::string transport;
    std::string host;
    std::string port;
    Params via_params;
    std::string call_id;
    std::string from_tag;
    std::string to_tag;
    std::string cseq;
    std::string cseq_method;
    long long retry_after_s = -1;
    std::string body;
};

[[nodiscard]] Response decode(std::string_view datagram);

/// The same for a request that can be answered; nothing for any other datagram.
[[nodiscard]] std::optional<Response> decode_request(std::string_view datagram,
                                                     std::string& method);

/// The value of the first parameter of this (lower-case) name; nothing when there is none.
[[nodiscard]] std::optional<std::string> param(const Params& params, std::string_view name);

}  // namespace sipping::wire::slow
