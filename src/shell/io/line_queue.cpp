#include "io/line_queue.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace sipping::io {
namespace {

/// The whole lines at the start of `text` that fit in one chunk; empty when not even one does.
std::string_view first_piece(std::string_view text) noexcept {
    if (text.size() <= chunk_size) return text;
    return text.substr(0, text.rfind('\n', chunk_size - 1) + 1);
}

unsigned count_lines(std::string_view text) noexcept {
    return static_cast<unsigned>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

bool LineQueue::append(std::string_view text, unsigned rows) noexcept {
    if (tail_ == nullptr || text.size() > chunk_size - tail_->used)
        return text.empty() || append_chunks(text, rows);
    put(text, rows);
    return true;
}

bool LineQueue::has_room(std::size_t bytes) const noexcept {
    return (tail_ != nullptr && bytes <= chunk_size - tail_->used) || may_take(1);
}

bool LineQueue::may_take(std::size_t chunks) const noexcept {
    return held_ + 2 * chunks <= pool_.available() + 1;
}

bool LineQueue::append_chunks(std::string_view text, unsigned rows) noexcept {
    std::size_t pieces = 0;
    for (std::string_view rest = text; !rest.empty(); ++pieces) {
        const std::size_t size = first_piece(rest).size();
        if (size == 0) return false;
        rest.remove_prefix(size);
    }
    if (!may_take(pieces)) return false;
    while (!text.empty()) {
        const std::string_view piece = first_piece(text);
        text.remove_prefix(piece.size());
        const unsigned piece_rows = text.empty() ? rows : std::min(rows, count_lines(piece));
        rows -= piece_rows;
        Chunk* chunk = pool_.take();
        (tail_ == nullptr ? head_ : tail_->next) = chunk;
        tail_ = chunk;
        ++held_;
        put(piece, piece_rows);
    }
    return true;
}

void LineQueue::put(std::string_view text, unsigned rows) noexcept {
    std::memcpy(tail_->data + tail_->used, text.data(), text.size());
    tail_->used += static_cast<std::uint32_t>(text.size());
    tail_->rows += rows;
    appended_ += text.size();
}

std::span<const char> LineQueue::front() const noexcept {
    if (head_ == nullptr) return {};
    return {head_->data + head_->written, head_->data + head_->used};
}

unsigned LineQueue::advance(std::size_t bytes) noexcept {
    assert(head_ != nullptr && bytes <= head_->used - head_->written);
    head_->written += static_cast<std::uint32_t>(bytes);
    written_ += bytes;
    if (head_->written == head_->used) {
        const unsigned rows = head_->rows;
        release_head();
        return rows;
    }
    const std::string_view news{head_->data + head_->settled, head_->written - head_->settled};
    const std::string_view whole = news.substr(0, news.rfind('\n') + 1);
    const unsigned rows = std::min(head_->rows, count_lines(whole));
    head_->settled += static_cast<std::uint32_t>(whole.size());
    head_->rows -= rows;
    return rows;
}

std::size_t LineQueue::torn_bytes() const noexcept {
    return head_ == nullptr ? 0 : head_->written - head_->settled;
}

void LineQueue::rewind_to_line() noexcept {
    if (head_ == nullptr) return;
    written_ -= torn_bytes();
    head_->written = head_->settled;
}

std::uint64_t LineQueue::rows() const noexcept {
    std::uint64_t rows = 0;
    for (const Chunk* chunk = head_; chunk != nullptr; chunk = chunk->next)
        rows += chunk->rows;
    return rows;
}

std::uint64_t LineQueue::clear() noexcept {
    const std::uint64_t dropped = rows();
    while (head_ != nullptr)
        release_head();
    written_ = appended_;
    return dropped;
}

void LineQueue::release_head() noexcept {
    Chunk* chunk = head_;
    head_ = chunk->next;
    if (head_ == nullptr) tail_ = nullptr;
    --held_;
    pool_.give_back(*chunk);
}

}  // namespace sipping::io
