// A bounded text area that rows and lines are rendered into. Never allocates after construction;
// what does not fit is refused whole, so a reader only ever sees complete pieces.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace sipping {

class TextBuffer {
public:
    explicit TextBuffer(std::size_t capacity)
        : data_(std::make_unique_for_overwrite<char[]>(capacity)), capacity_(capacity) {}

    [[nodiscard]] std::string_view view() const noexcept { return {data_.get(), size_}; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::size_t room() const noexcept { return capacity_ - size_; }

    /// Room to render into; follow with commit(bytes used).
    [[nodiscard]] std::span<char> space() noexcept { return {data_.get() + size_, room()}; }
    void commit(std::size_t length) noexcept {
        assert(length <= room());
        size_ += length;
    }
    /// False and unchanged when it does not fit.
    bool append(std::string_view text) noexcept {
        if (text.size() > room()) return false;
        std::memcpy(data_.get() + size_, text.data(), text.size());
        size_ += text.size();
        return true;
    }
    void clear() noexcept { size_ = 0; }

private:
    std::unique_ptr<char[]> data_;
    std::size_t capacity_;
    std::size_t size_ = 0;
};

}  // namespace sipping
