#include "sipping/wire/decode_error.hpp"

#include <array>
#include <cassert>

namespace sipping::wire {

std::string_view to_string(DecodeError error) noexcept {
    static constexpr std::array<std::string_view, decode_error_count> names{"ok",
                                                                            "keep-alive",
                                                                            "request",
                                                                            "not-sip",
                                                                            "bad-status-line",
                                                                            "bad-header",
                                                                            "bad-call-id",
                                                                            "bad-via",
                                                                            "bad-cseq",
                                                                            "bad-from",
                                                                            "bad-content-length",
                                                                            "truncated",
                                                                            "too-many-headers"};
    static_assert(static_cast<int>(DecodeError::too_many_headers) == decode_error_count - 1);
    const auto index = static_cast<std::size_t>(error);
    assert(index < names.size());
    return names[index];
}

}  // namespace sipping::wire
