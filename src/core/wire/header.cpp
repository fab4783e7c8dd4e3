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
    const auto is = [name](std::string_view lower, HeaderName result) noexcept {
        return equals_nocase(name, lower) ? result : HeaderName::other;
    };
    switch (name.size()) {
        case 1: return compact_name(name.front());
        case 2: return is("to", HeaderName::to);
        case 3: return is("via", HeaderName::via);
        case 4:
            return to_lower(name.front()) == 'f' ? is("from", HeaderName::from)
                                                 : is("cseq", HeaderName::cseq);
        case 7:
            return to_lower(name[1]) == 'a' ? is("call-id", HeaderName::call_id)
                                            : is("contact", HeaderName::contact);
        case 11: return is("retry-after", HeaderName::retry_after);
        case 12: return is("max-forwards", HeaderName::max_forwards);
        case 14: return is("content-length", HeaderName::content_length);
        default: return HeaderName::other;
    }
}

bool begins_with_sip(std::string_view line) noexcept {
    return equals_nocase(line.substr(0, 4), "sip/");
}

DecodeError take_start_line(std::string_view& message, std::string_view& line) noexcept {
    if (message.find_first_not_of("\r\n\0"sv) == std::string_view::npos)
        return DecodeError::keep_alive;
    message.remove_prefix(message.find_first_not_of("\r\n"));
    const std::size_t end = offset_of(message, '\n');
    line = message.substr(0, end);
    if (end == message.size())
        return begins_with_sip(line) ? DecodeError::bad_status_line : DecodeError::not_sip;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    message.remove_prefix(end + 1);
    return DecodeError::ok;
}

bool HeaderReader::next(Header& header) noexcept {
    std::size_t end = offset_of(rest_, '\n');
    if (end == 0 || (end == 1 && rest_.front() == '\r')) {
        if (end == rest_.size()) {
            error_ = DecodeError::bad_header;
            return false;
        }
        rest_.remove_prefix(end + 1);
        return false;
    }
    // A line that begins with a blank continues the one before (section 7.3.1).
    while (end + 1 < rest_.size() && (rest_[end + 1] == ' ' || rest_[end + 1] == '\t'))
        end += 1 + offset_of(rest_.substr(end + 1), '\n');
    if (end >= rest_.size()) {
        error_ = DecodeError::bad_header;
        return false;
    }
    const std::string_view line = rest_.substr(0, end);
    const std::size_t colon = offset_of(line, ':');
    std::string_view name = line.substr(0, colon);
    while (!name.empty() && is_lws(name.back()))
        name.remove_suffix(1);
    if (colon == line.size() || name.empty() || is_lws(name.front())) {
        error_ = DecodeError::bad_header;
        return false;
    }
    if (++count_ > header_limit) {
        error_ = DecodeError::too_many_headers;
        return false;
    }
    header.name = header_name(name);
    header.value = trim(line.substr(colon + 1));
    rest_.remove_prefix(end + 1);
    return true;
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
