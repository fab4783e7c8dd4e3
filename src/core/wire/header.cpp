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

namespace {

// The headers that every answer has, as RFC 3261 writes them: one comparison says the name and
// where its colon is. `line` begins with it. 0: something else.
std::size_t usual_name(std::string_view line, HeaderName& name) noexcept {
    const auto is = [&](std::string_view usual, HeaderName value) noexcept {
        if (!line.starts_with(usual)) return std::size_t{0};
        name = value;
        return usual.size();
    };
    switch (line.front()) {
        case 'V': return is("Via:", HeaderName::via);
        case 'F': return is("From:", HeaderName::from);
        case 'T': return is("To:", HeaderName::to);
        case 'C':
            if (const std::size_t size = is("CSeq:", HeaderName::cseq)) return size;
            if (const std::size_t size = is("Call-ID:", HeaderName::call_id)) return size;
            return is("Content-Length:", HeaderName::content_length);
        default: return 0;
    }
}

/// Names that mean something here begin with one of these.
constexpr CharSet initials("cCfFiIlLmMrRtTvV");

// Inlined below, where nearly all lines are read.
inline std::size_t name_end(std::string_view line, HeaderName& name) noexcept {
    if (const std::size_t size = usual_name(line, name)) return size;
    const std::size_t colon = offset_of(line, ':');
    std::size_t size = colon;
    while (size > 0 && is_lws(line[size - 1]))
        --size;
    if (colon == line.size() || size == 0 || is_lws(line.front())) return 0;
    name = initials.has(line.front()) ? header_name({line.data(), size}) : HeaderName::other;
    return colon + 1;
}

}  // namespace

std::size_t take_name(std::string_view line, HeaderName& name) noexcept {
    return name_end(line, name);
}

bool HeaderReader::next(Header& header) noexcept {
    const char* const begin = rest_.data();
    const std::size_t size = rest_.size();
    std::size_t end = offset_of(rest_, '\n');
    if (end <= 1 && (end == 0 || *begin == '\r')) {
        if (end == size) return fail(DecodeError::bad_header);
        rest_ = {begin + end + 1, size - end - 1};
        return false;
    }
    // A line that begins with a blank continues the one before (section 7.3.1).
    while (end + 1 < size && (begin[end + 1] == ' ' || begin[end + 1] == '\t'))
        end += 1 + offset_of({begin + end + 1, size - end - 1}, '\n');
    if (end >= size) return fail(DecodeError::bad_header);
    const std::size_t name = name_end({begin, end}, header.name);
    if (name == 0) return fail(DecodeError::bad_header);
    if (++count_ > header_limit) return fail(DecodeError::too_many_headers);
    header.value = trim({begin + name, end - name});
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
