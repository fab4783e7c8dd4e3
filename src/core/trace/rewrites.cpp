#include "sipping/trace/rewrites.hpp"

#include <algorithm>

#include "sipping/wire/lines.hpp"
#include "sipping/wire/text.hpp"

namespace sipping::trace {
namespace {

constexpr std::size_t value_max = 512;
constexpr std::size_t headers_max = 128;

struct Named {
    std::string_view name;
    std::string_view written;
    std::string_view value;
    bool paired = false;
};

bool same_name(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return to_lower(x) == to_lower(y);
           });
}

/// The headers, and the body behind them.
std::vector<Named> split(const Message& message, std::string_view& body) {
    std::vector<Named> headers;
    wire::Lines lines(message.rest);
    std::string_view line;
    for (bool ended = true; lines.next(line, ended) && !wire::Lines::is_empty(line);) {
        if (headers.size() == headers_max) continue;
        const HeaderLine header = split_line(line);
        headers.push_back({long_name(header.name), header.name, header.value, false});
    }
    body = lines.rest();
    return headers;
}

std::string cut(std::string_view text) {
    return std::string{text.substr(0, value_max)};
}

}  // namespace

std::vector<Change> compare(std::string_view before, std::string_view after) {
    std::vector<Change> changes;
    Message old_message;
    Message new_message;
    if (!read_message(before, old_message) || !read_message(after, new_message)) return changes;
    const auto add = [&](std::string_view name, const std::string_view* was,
                         const std::string_view* is) {
        if (changes.size() == changes_max) return;
        changes.push_back({cut(name), was != nullptr, is != nullptr,
                           was != nullptr ? cut(*was) : "", is != nullptr ? cut(*is) : ""});
    };
    if (old_message.start_line != new_message.start_line)
        add("start line", &old_message.start_line, &new_message.start_line);
    std::string_view old_body;
    std::string_view new_body;
    std::vector<Named> old_lines = split(old_message, old_body);
    std::vector<Named> new_lines = split(new_message, new_body);
    // The n-th of a name here and there belong together.
    for (const Named& old_line : old_lines) {
        const auto match = std::ranges::find_if(new_lines, [&](const Named& one) {
            return !one.paired && same_name(one.name, old_line.name);
        });
        if (match == new_lines.end()) {
            add(old_line.written, &old_line.value, nullptr);
            continue;
        }
        match->paired = true;
        if (match->value != old_line.value) add(old_line.written, &old_line.value, &match->value);
    }
    for (const Named& one : new_lines)
        if (!one.paired) add(one.written, nullptr, &one.value);
    if (old_body != new_body) add("body", &old_body, &new_body);
    return changes;
}

void Rewrites::note(bool answer, std::uint64_t call_id, std::string_view before,
                    std::string_view after) {
    count_compared(answer);
    for (Change& change : compare(before, after))
        note_value(answer, call_id, std::move(change));
}

void Rewrites::note_value(bool answer, std::uint64_t call_id, Change change) {
    const auto known = std::ranges::find_if(sums_, [&](const Sum& sum) {
        return sum.answer == answer && same_name(sum.example.name, change.name) &&
               sum.example.has_before == change.has_before &&
               sum.example.has_after == change.has_after;
    });
    if (known != sums_.end()) {
        ++known->count;
    } else if (sums_.size() < kinds_max) {
        sums_.push_back({answer, std::move(change), 1, call_id});
    }
}

}  // namespace sipping::trace
