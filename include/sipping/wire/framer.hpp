// Cuts a byte stream into SIP messages and keep-alives (RFC 3261 section 18.3, RFC 5626 sections
// 3.5.1 and 4.4.1). Pure: it looks at the caller's buffer and says how long the thing at its front
// is; it keeps no bytes. What the messages mean is the decoders' business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sipping::wire {

struct Frame {
    enum class Kind : std::uint8_t {
        more,     ///< not whole yet
        message,  ///< headers, empty line and as much body as Content-Length says
        ping,     ///< CR LF CR LF: the other side wants a pong
        pong,     ///< CR LF: the answer to ours
        broken,   ///< no message can be cut out here any more: the connection is of no use
    };
    enum class Fault : std::uint8_t {
        none,
        no_length,   ///< a message without Content-Length, which a stream requires: taken as 0
        bad_length,  ///< broken: no number, or two different ones
        too_long,    ///< broken: longer than Framer::message_max
        not_sip,     ///< broken: the first bytes are no SIP message's
    };
    Kind kind{};
    Fault fault{};
    std::size_t size = 0;  ///< bytes of it; 0 with more and broken
};

class Framer {
public:
    static constexpr std::size_t message_max = 65535;  ///< as the largest datagram

    /// `buffer` is everything that came and was not taken yet. After a message, ping or pong the
    /// caller removes `size` bytes and asks again; after `more` it asks again when more came. A
    /// CR LF alone is a pong only when `idle`, which says that nothing more is there to be read:
    /// two of them are a ping.
    [[nodiscard]] Frame next(std::string_view buffer, bool idle) noexcept;

private:
    [[nodiscard]] Frame line_ends(std::string_view buffer, bool idle) noexcept;
    [[nodiscard]] Frame message(std::string_view buffer) noexcept;

    std::size_t looked_at_ = 0;  ///< of the message at the front: no empty line begins before this
    bool begun_ = false;         ///< its first word is whole and may be a message's
};

}  // namespace sipping::wire
