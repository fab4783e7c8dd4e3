#include <algorithm>

#include "slow_decoder.hpp"
#include "slow_parts.hpp"

namespace sipping::wire::slow {
namespace {

const std::string token_chars =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~";

// Printable ASCII: what is not, a URI has escaped (RFC 3261 section 25.1).
bool is_uri(const std::string& text) {
    return !text.empty() && std::none_of(text.begin(), text.end(), [](char c) {
        return c < 0 || c <= ' ' || c == 127 || c == '<' || c == '>' || c == '"';
    });
}

}  // namespace

std::optional<Response> decode_request(std::string_view datagram, std::string& method) {
    std::string text(datagram);
    const std::size_t begin = text.find_first_not_of("\r\n");
    if (begin == std::string::npos) return std::nullopt;
    text = text.substr(begin);
    const std::size_t end = text.find('\n');
    if (end == std::string::npos) return std::nullopt;
    std::string line = text.substr(0, end);
    if (line.ends_with('\r')) line.pop_back();
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string::npos || first == last) return std::nullopt;
    method = line.substr(0, first);
    if (!only(method, token_chars) || !is_uri(line.substr(first + 1, last - first - 1)) ||
        lower(line.substr(last + 1)) != "sip/2.0")
        return std::nullopt;

    // The headers mean what they mean in a response, but none of these may be missing.
    const std::string headers = text.substr(end + 1);
    Response response = decode("SIP/2.0 200 OK\r\n" + headers);
    if (response.error != DecodeError::ok) return std::nullopt;
    std::vector<Line> lines;
    std::string body;
    if (read_lines(headers, lines, body) != DecodeError::ok) return std::nullopt;
    for (const char* name : {"via", "from", "to", "call-id", "cseq"})
        if (first_of(lines, name) == nullptr) return std::nullopt;
    std::string tag;
    if (!read_tag(first_of(lines, "to")->value, tag)) return std::nullopt;
    const auto vias = std::count_if(lines.begin(), lines.end(),
                                    [](const Line& header) { return header.name == "via"; });
    if (vias > 64 || response.cseq_method != method) return std::nullopt;
    return response;
}

}  // namespace sipping::wire::slow
