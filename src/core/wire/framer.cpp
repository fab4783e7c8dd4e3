#include "sipping/wire/framer.hpp"

#include <algorithm>

#include "sipping/wire/header.hpp"
#include "sipping/wire/text.hpp"

namespace sipping::wire {
namespace {

constexpr auto npos = std::string_view::npos;

Frame broken(Frame::Fault fault) noexcept {
    return {.kind = Frame::Kind::broken, .fault = fault};
}

/// Where the headers end, behind the empty line; npos when it is not there yet. A bare LF ends a
/// line too, as in datagrams.
std::size_t end_of_headers(std::string_view buffer, std::size_t from) noexcept {
    for (std::size_t at = buffer.find('\n', from); at != npos; at = buffer.find('\n', at + 1)) {
        if (at + 1 < buffer.size() && buffer[at + 1] == '\n') return at + 2;
        if (at + 2 < buffer.size() && buffer[at + 1] == '\r' && buffer[at + 2] == '\n')
            return at + 3;
    }
    return npos;
}

enum class Begin : std::uint8_t { perhaps, message, something_else };

/// A message begins with a token: a method, or "SIP" of "SIP/2.0".
Begin begin_of(std::string_view buffer) noexcept {
    std::string_view rest = buffer;
    const std::string_view word = take_token(rest);
    if (word.empty()) return Begin::something_else;
    if (rest.empty()) return Begin::perhaps;
    const bool fits = rest.front() == ' ' || rest.front() == '/' || rest.front() == '\t';
    return fits ? Begin::message : Begin::something_else;
}

/// Sums up the Content-Length headers; false when they are broken.
bool read_length(std::string_view head, std::uint64_t& length, bool& present) noexcept {
    std::string_view line;
    if (take_start_line(head, line) != DecodeError::ok) return true;
    present = false;
    HeaderReader reader(head);
    Header header;
    while (reader.next(header)) {
        if (header.name != HeaderName::content_length) continue;
        std::uint64_t value = 0;
        if (!read_number(header.value, value) || (present && value != length)) return false;
        length = value;
        present = true;
    }
    return true;
}

}  // namespace

Frame Framer::next(std::string_view buffer, bool idle) noexcept {
    if (buffer.empty()) return {};
    if (buffer.front() == '\r' || buffer.front() == '\n') return line_ends(buffer, idle);
    return message(buffer);
}

Frame Framer::line_ends(std::string_view buffer, bool idle) noexcept {
    constexpr std::string_view once = "\r\n";
    constexpr std::string_view twice = "\r\n\r\n";
    if (buffer.starts_with(twice)) return {.kind = Frame::Kind::ping, .size = twice.size()};
    // Part of a ping still, unless nothing follows or a message does.
    const bool prefix = twice.starts_with(buffer.substr(0, twice.size()));
    if (prefix && !idle) return {};
    if (buffer.starts_with(once)) return {.kind = Frame::Kind::pong, .size = once.size()};
    if (prefix) return {};
    return {.kind = Frame::Kind::pong, .size = 1};  // a bare CR or LF: stepped over
}

Frame Framer::message(std::string_view buffer) noexcept {
    if (!begun_) {
        const Begin begin = begin_of(buffer);
        if (begin == Begin::something_else) return broken(Frame::Fault::not_sip);
        begun_ = begin == Begin::message;
    }
    const std::size_t head = end_of_headers(buffer, looked_at_);
    if (head == npos) {
        if (buffer.size() > message_max) return broken(Frame::Fault::too_long);
        // The empty line may have begun with what is there already.
        looked_at_ = buffer.size() < 3 ? 0 : buffer.size() - 3;
        return {};
    }
    std::uint64_t length = 0;
    bool present = false;
    if (!read_length(buffer.substr(0, head), length, present))
        return broken(Frame::Fault::bad_length);
    if (length > message_max || head + length > message_max) return broken(Frame::Fault::too_long);
    if (buffer.size() < head + length) {
        looked_at_ = std::max<std::size_t>(head, 4) - 4;
        return {};
    }
    looked_at_ = 0;
    begun_ = false;
    return {.kind = Frame::Kind::message,
            .fault = present ? Frame::Fault::none : Frame::Fault::no_length,
            .size = head + static_cast<std::size_t>(length)};
}

}  // namespace sipping::wire
