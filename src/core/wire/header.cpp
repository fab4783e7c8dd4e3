#include "sipping/wire/header.hpp"

#include <cstring>

#include "sipping/wire/text.hpp"

namespace sipping::wire {
namespace {

using namespace std::string_view_literals;

// Offset of `c` in text, or its size.
std::size_t offset_of(std::string_view text, char c) noexcept {
    if (text.empty()) return 0;
    const void* found = std::memchr(text.data(), c, text.size());
    if (found == nullptr) return text.size();
    return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

HeaderName compact_name(char letter) noexcept {
    switch (to_lower(letter)) {
        case 'v': return HeaderName::via;
        case 'f': return HeaderName::from;
        case 't': return HeaderName::to;
        case 'i': return HeaderName::call_id;
        case 'm': return HeaderName::contact;
        case 'l': return HeaderName::content_length;
        default: return HeaderName::other;
    }
}

}  // namespace

HeaderName header_name(std::string_view name) noexcept {
    // As RFC 3261 writes it, which is one comparison; then in any other case.
    const auto is = [name](std::string_view usual, std::string_view lower,
                           HeaderName result) noexcept {
        return name == usual || equals_nocase(name, lower) ? result : HeaderName::other;
    };
    switch (name.size()) {
        case 1: return compact_name(name.front());
        case 2: return is("To", "to", HeaderName::to);
        case 3: return is("Via", "via", HeaderName::via);
        case 4:
            return to_lower(name.front()) == 'f' ? is("From", "from", HeaderName::from)
                                                 : is("CSeq", "cseq", HeaderName::cseq);
        case 7:
            return to_lower(name[1]) == 'a' ? is("Call-ID", "call-id", HeaderName::call_id)
                                            : is("Contact", "contact", HeaderName::contact);
        case 11: return is("Retry-After", "retry-after", HeaderName::retry_after);
        case 12: return is("Max-Forwards", "max-forwards", HeaderName::max_forwards);
        case 14: return is("Content-Length", "content-length", HeaderName::content_length);
        default: return HeaderName::other;
    }
}

bool begins_with_sip(std::string_view line) noexcept {
    return line.starts_with("SIP/") || equals_nocase(line.substr(0, 4), "sip/");
}

DecodeError take_start_line(std::string_view& message, std::string_view& line) noexcept {
    if (message.empty() || is_lws(message.front()) || message.front() == '\0') {
        if (message.find_first_not_of("\r\n\0"sv) == std::string_view::npos)
            return DecodeError::keep_alive;
        message.remove_prefix(message.find_first_not_of("\r\n"));
    }
    const std::size_t end = offset_of(message, '\n');
    line = message.substr(0, end);
    if (end == message.size())
        return begins_with_sip(line) ? DecodeError::bad_status_line : DecodeError::not_sip;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    message.remove_prefix(end + 1);
    return DecodeError::ok;
}

bool HeaderReader::next(Header& header) noexcept {
    const char* const begin = rest_.data();
    const std::size_t size = rest_.size();
    std::size_t end = offset_of(rest_, '\n');
    if (end == 0 || (end == 1 && *begin == '\r')) {
        if (end == size) return fail(DecodeError::bad_header);
        rest_ = {begin + end + 1, size - end - 1};
        return false;
    }
    // A line that begins with a blank continues the one before (section 7.3.1).
    while (end + 1 < size && (begin[end + 1] == ' ' || begin[end + 1] == '\t'))
        end += 1 + offset_of({begin + end + 1, size - end - 1}, '\n');
    if (end >= size) return fail(DecodeError::bad_header);
    const std::size_t colon = offset_of({begin, end}, ':');
    if (colon == end) return fail(DecodeError::bad_header);
    std::size_t name_size = colon;
    while (name_size > 0 && is_lws(begin[name_size - 1]))
        --name_size;
    if (name_size == 0 || is_lws(*begin)) return fail(DecodeError::bad_header);
    if (++count_ > header_limit) return fail(DecodeError::too_many_headers);
    header.name = header_name({begin, name_size});
    header.value = trim({begin + colon + 1, end - colon - 1});
    rest_ = {begin + end + 1, size - end - 1};
    return true;
}

bool HeaderReader::fail(DecodeError error) noexcept {
    error_ = error;
    return false;
}

DecodeError ContentLength::add(std::string_view value) noexcept {
    std::uint64_t length = 0;
    if (!read_number(value, length)) return DecodeError::bad_content_length;
    if (present_ && length != length_) return DecodeError::bad_content_length;
    length_ = length;
    present_ = true;
    return DecodeError::ok;
}

DecodeError ContentLength::cut(std::string_view& body) const noexcept {
    if (!present_) return DecodeError::ok;
    if (length_ > body.size()) return DecodeError::truncated;
    body = body.substr(0, length_);
    return DecodeError::ok;
}

}  // namespace sipping::wire
