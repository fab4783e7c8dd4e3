// What does this completion mean: (tag, res, flags) to an action. Pure; the transport acts on it.
#pragma once

#include <liburing.h>

#include <cerrno>
#include <cstdint>

#include "io/ring.hpp"

namespace sipping::net {

enum class Action : std::uint8_t {
    ignore,         ///< nothing to do
    datagram,       ///< a datagram lies in a provided buffer
    shortage,       ///< no buffer was free; the datagram still waits in its socket
    canceled,       ///< a receive ended because we, or an overflow, ended it
    pending_error,  ///< an ICMP error ended the receive; the details lie in the error queue
    receive_error,  ///< a receive failed for another reason
    send_failure,   ///< the kernel refused a datagram
    not_found,      ///< there was nothing to cancel
    wake,           ///< the caller's descriptor became readable
    file,           ///< a file operation finished
};

struct Meaning {
    Action action = Action::ignore;
    bool ended = false;       ///< a multishot request is over and must be armed again
    bool has_buffer = false;  ///< a provided buffer was used and must be given back
};

/// Errors that ICMP leaves on a socket for whoever calls next (net/ipv4/icmp.c and
/// net/ipv6/icmp.c, icmp_err_convert): the next send may get one that was never about it.
[[nodiscard]] constexpr bool may_be_pending_error(int error) noexcept {
    switch (error) {
        case ECONNREFUSED:
        case EHOSTUNREACH:
        case ENETUNREACH:
        case EHOSTDOWN:
        case ENONET:
        case ENOPROTOOPT:
        case EOPNOTSUPP:
        case EMSGSIZE:
        case EPROTO:
        case EACCES: return true;
        default: return false;
    }
}

[[nodiscard]] constexpr Meaning meaning_of_receive(int result, unsigned flags) noexcept {
    Meaning meaning;
    meaning.ended = (flags & IORING_CQE_F_MORE) == 0;
    meaning.has_buffer = (flags & IORING_CQE_F_BUFFER) != 0;
    if (result >= 0) {
        meaning.action = meaning.has_buffer ? Action::datagram : Action::ignore;
    } else if (result == -ENOBUFS) {
        meaning.action = Action::shortage;
    } else if (result == -ECANCELED) {
        meaning.action = Action::canceled;
    } else {
        meaning.action =
            may_be_pending_error(-result) ? Action::pending_error : Action::receive_error;
    }
    return meaning;
}

[[nodiscard]] constexpr Meaning meaning_of(io::Tag tag, int result, unsigned flags) noexcept {
    switch (tag) {
        case io::Tag::receive:
        case io::Tag::icmp: return meaning_of_receive(result, flags);
        case io::Tag::send: return {result < 0 ? Action::send_failure : Action::ignore};
        case io::Tag::wake: return {Action::wake, (flags & IORING_CQE_F_MORE) == 0};
        // 0 and -EALREADY: the request's own last completion follows.
        case io::Tag::cancel: return {result == -ENOENT ? Action::not_found : Action::ignore};
        case io::Tag::file: return {Action::file};
        case io::Tag::none: break;
    }
    return {};
}

}  // namespace sipping::net
