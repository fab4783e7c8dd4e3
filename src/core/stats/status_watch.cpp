#include "sipping/stats/status_watch.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace sipping::stats {
namespace {

/// "SIP/2.0 200 OK" is told as "200 OK".
std::string_view without_version(std::string_view line) noexcept {
    constexpr std::string_view version = "SIP/2.0 ";
    return line.starts_with(version) ? line.substr(version.size()) : line;
}

}  // namespace

StatusWatch::StatusWatch(std::size_t targets) : targets_(targets) {
    waiting_.reserve(targets);
}

std::uint8_t StatusWatch::text_of(std::uint16_t code, std::string_view status_line) noexcept {
    const std::string_view text = without_version(status_line).substr(0, text_max);
    for (std::size_t i = 1; i < texts_used_; ++i) {
        const Text& known = texts_[i];
        if (known.code == code && std::string_view{known.text.data(), known.size} == text)
            return static_cast<std::uint8_t>(i);
    }
    if (texts_used_ == texts_max) return 0;
    Text& fresh = texts_[texts_used_];
    fresh.code = code;
    fresh.size = static_cast<std::uint8_t>(text.size());
    std::copy(text.begin(), text.end(), fresh.text.begin());
    return static_cast<std::uint8_t>(texts_used_++);
}

std::string_view StatusWatch::view(const Seen& seen, std::array<char, 8>& scratch) const noexcept {
    const Text& text = texts_[seen.text];
    if (seen.text != 0) return {text.text.data(), text.size};
    const char* end = std::to_chars(scratch.data(), scratch.data() + scratch.size(), seen.code).ptr;
    return {scratch.data(), static_cast<std::size_t>(end - scratch.data())};
}

StatusEvent StatusWatch::tell(std::uint32_t index, const ClockReading& now) noexcept {
    OfTarget& target = targets_[index];
    const StatusEvent event{.target = index,
                            .from = view(target.told, from_),
                            .to = view(target.now, to_),
                            .hidden = target.hidden,
                            .at = now.wall()};
    target.told = target.now;
    target.told_at = now.now;
    target.hidden = 0;
    return event;
}

std::optional<StatusEvent> StatusWatch::on_reply(std::uint32_t index, std::uint16_t code,
                                                 std::string_view status_line,
                                                 const ClockReading& now) noexcept {
    OfTarget& target = targets_[index];
    if (target.any && target.now.code == code) return std::nullopt;  // nearly always
    target.now = {.code = code, .text = text_of(code, status_line)};
    if (!target.any) {
        target.any = true;
        target.told = target.now;
        return std::nullopt;
    }
    if (!target.waits &&
        (target.told_at == Instant::min() || now.now >= target.told_at + told_every))
        return tell(index, now);
    ++target.hidden;
    if (!target.waits) {
        target.waits = true;
        waiting_.push_back(index);
    }
    return std::nullopt;
}

Instant StatusWatch::next() const noexcept {
    if (waiting_first_ == waiting_.size()) return never;
    return targets_[waiting_[waiting_first_]].told_at + told_every;
}

std::optional<StatusEvent> StatusWatch::due(const ClockReading& now, bool at_end) noexcept {
    if (waiting_first_ == waiting_.size() || (!at_end && now.now < next())) return std::nullopt;
    const std::uint32_t index = waiting_[waiting_first_++];
    if (waiting_first_ == waiting_.size()) {
        waiting_.clear();
        waiting_first_ = 0;
    } else if (waiting_.size() == waiting_.capacity()) {  // keep within what was reserved
        waiting_.erase(waiting_.begin(),
                       waiting_.begin() + static_cast<std::ptrdiff_t>(waiting_first_));
        waiting_first_ = 0;
    }
    OfTarget& target = targets_[index];
    target.waits = false;
    --target.hidden;  // the one that is told now
    return tell(index, now);
}

}  // namespace sipping::stats
