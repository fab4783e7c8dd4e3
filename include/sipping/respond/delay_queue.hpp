// Encoded answers waiting for their moment, first in first out: every answer waits equally long, so
// order of arrival is order of departure. All memory is taken at construction: a ring of entries
// and a ring of bytes, in which each answer lies in one piece. Knows nothing of SIP.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "sipping/base/endpoint.hpp"
#include "sipping/base/instant.hpp"

namespace sipping::respond {

class DelayQueue {
public:
    struct Entry {
        Instant due{};
        Endpoint to;
        Address local;
        std::uint32_t socket = 0;
        std::uint32_t offset = 0;  ///< the queue's own: where the bytes lie
        std::uint32_t length = 0;
        bool refusal = false;  ///< for the owner's counts
    };

    /// At most `max_answers` answers of at most `max_bytes` together (room at the end of the byte
    /// ring that is too short for the next answer is lost until the ring comes round).
    DelayQueue(std::size_t max_answers, std::size_t max_bytes);

    /// At least `length` bytes in one piece to encode into, or an empty span when there is no room.
    /// The bytes become an answer with push().
    [[nodiscard]] std::span<char> space(std::size_t length) noexcept;
    /// Appends the answer whose `entry.length` bytes were written at the start of the last space().
    void push(Entry entry) noexcept;

    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return count_; }
    /// The oldest answer; not on an empty queue.
    [[nodiscard]] const Entry& front() const noexcept;
    [[nodiscard]] std::string_view text(const Entry& entry) const noexcept {
        return {bytes_.get() + entry.offset, entry.length};
    }
    void pop() noexcept;

private:
    std::unique_ptr<Entry[]> entries_;
    std::unique_ptr<char[]> bytes_;
    std::size_t max_answers_;
    std::size_t max_bytes_;
    std::size_t first_ = 0;
    std::size_t count_ = 0;
    std::size_t end_ = 0;  ///< just after the youngest answer's bytes
};

}  // namespace sipping::respond
