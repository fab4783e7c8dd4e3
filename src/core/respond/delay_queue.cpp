#include "sipping/respond/delay_queue.hpp"

#include <cassert>

namespace sipping::respond {

DelayQueue::DelayQueue(std::size_t max_answers, std::size_t max_bytes)
    : entries_(std::make_unique<Entry[]>(max_answers)),
      bytes_(std::make_unique_for_overwrite<char[]>(max_bytes)),
      max_answers_(max_answers),
      max_bytes_(max_bytes) {
    assert(max_answers > 0 && max_bytes <= UINT32_MAX);
}

std::span<char> DelayQueue::space(std::size_t length) noexcept {
    if (count_ == max_answers_) return {};
    if (count_ == 0) first_ = end_ = 0;  // an idle responder keeps to the same few cache lines
    std::size_t limit = max_bytes_;
    if (count_ != 0) {
        const std::size_t begin = front().offset;
        if (end_ > begin && max_bytes_ - end_ < length) end_ = 0;  // the ring's tail is too short
        if (end_ <= begin) limit = begin;
    }
    if (limit - end_ < length) return {};
    return {bytes_.get() + end_, limit - end_};
}

void DelayQueue::push(Entry entry) noexcept {
    assert(count_ < max_answers_ && entry.length > 0 && entry.length <= max_bytes_ - end_);
    assert(empty() || front().due <= entry.due);
    entry.offset = static_cast<std::uint32_t>(end_);
    end_ += entry.length;
    entries_[(first_ + count_) % max_answers_] = entry;
    ++count_;
}

const DelayQueue::Entry& DelayQueue::front() const noexcept {
    assert(count_ > 0);
    return entries_[first_];
}

void DelayQueue::pop() noexcept {
    assert(count_ > 0);
    first_ = (first_ + 1) % max_answers_;
    --count_;
}

}  // namespace sipping::respond
