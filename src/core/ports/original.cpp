#include "sipping/ports/original.hpp"
#include "sipping/base/error_words.hpp"
#include "sipping/base/grouped.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>

#include <fmt/format.h>

#include "sipping/ports/words.hpp"

namespace sipping::ports {
namespace {

std::string to_the_millisecond(Duration time) {
    return in_seconds(std::chrono::round<std::chrono::milliseconds>(time));
}

std::string prediction_words(const OriginalPlan& plan) {
    const std::optional<Duration> predicted = plan.first_failure();
    if (!predicted) return "none was predicted";
    return fmt::format("predicted after {} with {}", to_the_millisecond(*predicted),
                       grouped(plan.available));
}

std::string failure_words(const OriginalFailure& failure) {
    std::string text = fmt::format("first failure after {}: {} with {} sockets open",
                                   to_the_millisecond(failure.at), error_words(failure.error),
                                   grouped(failure.in_use));
    // connect(2) and sendto(2) have no better errno for it; a full send buffer looks the same.
    if (failure.error == EAGAIN) text += ", which means that no port was free";
    return text;
}

}  // namespace

std::size_t OriginalPlan::in_use_at(Duration since_start) const noexcept {
    const Duration span = std::clamp(since_start, Duration{}, timeout);
    const double sent = rate_per_s * std::chrono::duration<double>(span).count();
    return static_cast<std::size_t>(std::min(std::round(sent), static_cast<double>(available)));
}

std::optional<Duration> OriginalPlan::first_failure() const noexcept {
    const double needed = rate_per_s * std::chrono::duration<double>(timeout).count();
    if (std::round(needed) <= static_cast<double>(available)) return std::nullopt;
    return std::chrono::duration_cast<Duration>(
        std::chrono::duration<double>(static_cast<double>(available) / rate_per_s));
}

void OriginalRecord::opened(Duration took, std::size_t in_use) noexcept {
    times_.record(took);
    ++probes_;
    ++row_probes_;
    most_in_use_ = std::max(most_in_use_, in_use);
}

void OriginalRecord::failed(Duration at, int error, std::size_t in_use) noexcept {
    if (!first_failure_) first_failure_ = {at, error, in_use};
    ++probes_;
    ++row_probes_;
    ++failures_;
    ++row_failures_;
}

void OriginalRecord::end_row(Duration at, std::size_t in_use) {
    rows_.push_back({at, row_probes_, row_failures_, plan_.in_use_at(at), in_use, cost_of(times_)});
    times_.clear();
    row_probes_ = 0;
    row_failures_ = 0;
}

std::string original_words(const OriginalRecord& record, Duration length) {
    if (const auto& failure = record.first_failure())
        return failure_words(*failure) + "; " + prediction_words(record.plan());
    if (const auto& spared = record.spared())
        return fmt::format(
            "ended after {} with {} sockets open, so that {} ports stay free for other programs "
            "(--exhaust goes on); first failure {}",
            to_the_millisecond(spared->at), grouped(spared->in_use), grouped(spared->left_free),
            prediction_words(record.plan()));
    return fmt::format("no failure: {} in use at most, {} predicted", grouped(record.most_in_use()),
                       grouped(record.plan().in_use_at(length)));
}

}  // namespace sipping::ports
