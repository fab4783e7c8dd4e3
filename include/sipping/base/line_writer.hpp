// A bounded cursor that lines and rows are put together with: digits, times, addresses, text.
// Not an escaper (escape.hpp is) and owner of nothing: the memory is the caller's.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "sipping/base/digits.hpp"
#include "sipping/base/endpoint.hpp"
#include "sipping/base/instant.hpp"
#include "sipping/base/text_buffer.hpp"

namespace sipping {

class LineWriter {
public:
    explicit LineWriter(std::span<char> space) noexcept
        : begin_(space.data()), at_(begin_), end_(begin_ + space.size()) {}

    /// False once something did not fit; from then on nothing more is written.
    [[nodiscard]] bool fits() const noexcept { return fits_; }
    [[nodiscard]] std::string_view view() const noexcept {
        return {begin_, static_cast<std::size_t>(at_ - begin_)};
    }

    void put(char letter) noexcept {
        if (room() == 0) fits_ = false;
        if (fits_) *at_++ = letter;
    }
    void put(std::string_view text) noexcept {
        if (text.size() > room()) fits_ = false;
        if (!fits_ || text.empty()) return;
        std::memcpy(at_, text.data(), text.size());
        at_ += text.size();
    }
    void number(std::uint64_t value) noexcept {
        const fmt::format_int text(value);
        put(std::string_view{text.data(), text.size()});
    }
    /// Zero-padded to `width` digits, which the value does not exceed.
    template <int width>
    void digits(std::uint64_t value) noexcept {
        if (room() < width) fits_ = false;
        if (fits_) at_ = write_digits<width>(at_, value);
    }
    /// Milliseconds with three decimals, rounded to the nearest: "37.580".
    void milliseconds(Duration duration) noexcept;
    /// "182 s" from ten seconds on, below that to the millisecond without idle zeros: "3 s", "0.25
    /// s".
    void seconds(Duration duration) noexcept;
    /// UNIX seconds with six decimals, cut as in LocalTime: "1778803687.230895".
    void unix_time(WallTime time) noexcept;
    /// "192.0.2.1", "2001:db8::1" (RFC 5952); as to_string(Address), without its allocation.
    void address(const Address& address) noexcept;
    /// "192.0.2.1:5060", "[2001:db8::1]:5060".
    void endpoint(const Endpoint& endpoint) noexcept;
    /// For lines that need not be fast.
    template <class... Args>
    void print(fmt::format_string<Args...> format, Args&&... args) noexcept {
        if (!fits_) return;
        const auto done = fmt::format_to_n(at_, room(), format, std::forward<Args>(args)...);
        fits_ = done.size <= room();
        if (fits_) at_ = done.out;
    }

private:
    [[nodiscard]] std::size_t room() const noexcept { return static_cast<std::size_t>(end_ - at_); }

    char* begin_;
    char* at_;
    char* end_;
    bool fits_ = true;
};

/// Renders into what is free of `out` with `render(LineWriter&)`: all of it, or false and nothing.
template <class Render>
bool append_rendered(TextBuffer& out, Render&& render) noexcept {
    LineWriter writer(out.space());
    render(writer);
    if (!writer.fits()) return false;
    out.commit(writer.view().size());
    return true;
}

}  // namespace sipping
