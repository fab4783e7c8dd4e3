#include "capture/file_bytes.hpp"

#include <algorithm>

namespace sipping::capture {

std::span<const std::uint8_t> FileBytes::peek(std::size_t size) {
    if (end_ - begin_ < size) {
        std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                  buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
        end_ -= begin_;
        begin_ = 0;
        if (buffer_.size() < size) buffer_.resize(size);
        while (end_ < size) {
            const std::span<std::uint8_t> room = std::span{buffer_}.subspan(end_);
            const std::size_t got =
                source_->read({reinterpret_cast<char*>(room.data()), room.size()});
            if (got == 0) break;
            end_ += got;
        }
    }
    return std::span{buffer_}.subspan(begin_, std::min(size, end_ - begin_));
}

bool FileBytes::skip(std::uint64_t size) {
    while (size > 0) {
        const std::size_t there = peek(1).size() == 0 ? 0 : end_ - begin_;
        if (there == 0) return false;
        const std::size_t now = static_cast<std::size_t>(std::min<std::uint64_t>(size, there));
        begin_ += now;
        size -= now;
    }
    return true;
}

}  // namespace sipping::capture
