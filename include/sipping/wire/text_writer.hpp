// Appends text to memory of the caller, which may turn out too small: then size() is 0.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "sipping/wire/text.hpp"

namespace sipping::wire {

class TextWriter {
public:
    explicit TextWriter(std::span<char> out) noexcept : out_(out) {}

    void put(std::string_view text) noexcept {
        if (text.empty()) return;
        if (text.size() > out_.size() - size_) {
            overflown_ = true;
            return;
        }
        std::memcpy(out_.data() + size_, text.data(), text.size());
        size_ += text.size();
    }
    void put_number(std::uint64_t number) noexcept {
        char digits[20];
        put({digits, std::to_chars(digits, digits + sizeof digits, number).ptr});
    }
    /// Eight hexadecimal digits.
    void put_hex(std::uint32_t number) noexcept {
        char digits[8];
        for (char& digit : digits) {
            digit = "0123456789abcdef"[number >> 28];
            number <<= 4;
        }
        put({digits, sizeof digits});
    }
    /// A header value on one line: each line end with the blanks after it becomes one blank.
    void put_unfolded(std::string_view value) noexcept {
        while (!value.empty()) {
            const std::size_t end = value.find_first_of("\r\n");
            put(value.substr(0, end));
            if (end == std::string_view::npos) return;
            put(" ");
            value = trim_left(value.substr(end));
        }
    }
    /// What was written, or 0 when it did not all fit.
    [[nodiscard]] std::size_t size() const noexcept { return overflown_ ? 0 : size_; }

private:
    std::span<char> out_;
    std::size_t size_ = 0;
    bool overflown_ = false;
};

}  // namespace sipping::wire
