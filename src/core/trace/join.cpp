#include "sipping/trace/join.hpp"

#include <fmt/format.h>

#include <functional>
#include <limits>

#include "sipping/wire/via.hpp"

namespace sipping::trace {
namespace {

void count(std::uint16_t& counter) noexcept {
    if (counter < std::numeric_limits<std::uint16_t>::max()) ++counter;
}

/// Never 0, which stands for none.
std::uint32_t leg_of(std::string_view branch) noexcept {
    return static_cast<std::uint32_t>(std::hash<std::string_view>{}(branch)) | 1U;
}

IcmpError error_of(const Datagram& datagram) noexcept {
    return {.family = datagram.icmp_from.family,
            .type = datagram.icmp_type,
            .code = datagram.icmp_code,
            .from = datagram.icmp_from};
}

void take_error(Seen& seen, WallTime at, const Datagram& datagram, bool of_answer) noexcept {
    if (seen.errors == 0) {
        seen.error = error_of(datagram);
        seen.error_at = at;
        seen.error_of_answer = of_answer;
    }
    count(seen.errors);
}

}  // namespace

Probe* Join::find(const Message& message, WallTime at, bool& by_branch) noexcept {
    by_branch = false;
    CallId id;
    const bool of_our_form = parse_call_id(message.call_id, id);
    if (of_our_form)
        if (Probe* probe = book_.find(id.number, id.site, at); probe != nullptr) return probe;
    std::uint64_t number = 0;
    if (!parse_branch(message.own_branch, number)) return nullptr;
    by_branch = !message.call_id.empty();  // else it was cut off, which says nothing
    Probe* const probe = book_.find(number, std::nullopt, at);
    // With another site behind the digits it is another prober's.
    if (probe != nullptr && of_our_form && id.number == number && probe->site != 0) return nullptr;
    return probe;
}

bool Join::take(Side side, WallTime at, const Datagram& datagram) {
    Message message;
    if (!read_message(datagram.payload, message)) return false;
    if (!datagram.is_icmp()) ++messages_[static_cast<std::size_t>(side)];
    bool by_branch = false;
    Probe* probe = find(message, at, by_branch);
    if (probe == nullptr) return false;
    Seen& seen = probe->at(side);
    if (datagram.is_icmp()) {
        take_error(seen, at, datagram, !message.is_request);
    } else {
        seen.by_branch = seen.by_branch || by_branch;
        const std::string_view text = datagram.cut ? std::string_view{} : datagram.payload;
        if (message.is_request)
            take_request(*probe, side, at, message, text);
        else
            take_answer(*probe, side, at, message, text);
    }
    if (probe == options_.drawn && events_.size() < events_max)
        events_.push_back({.side = side,
                           .at = at,
                           .is_request = message.is_request,
                           .status = message.status,
                           .is_icmp = datagram.is_icmp(),
                           .icmp = datagram.is_icmp() ? error_of(datagram) : IcmpError{},
                           .source = datagram.source,
                           .destination = datagram.destination,
                           .method = std::string{message.method.substr(0, 32)}});
    return probe->wanted;
}

void Join::take_request(Probe& probe, Side side, WallTime at, const Message& message,
                        std::string_view text) {
    Seen& seen = probe.at(side);
    const std::uint32_t leg = leg_of(message.branch);
    if (seen.requests > 0 && leg != seen.leg) return;
    if (seen.requests == 0) {
        seen.request = at;
        seen.leg = leg;
        if (options_.has_near)
            hold_or_compare(probe, side, false, text);
        else
            compare_with_log(probe, message);
    }
    count(seen.requests);
}

void Join::take_answer(Probe& probe, Side side, WallTime at, const Message& message,
                       std::string_view text) {
    Seen& seen = probe.at(side);
    // What a next hop of a proxy answered to the proxy is no answer to us.
    if (seen.requests > 0 && leg_of(message.branch) != seen.leg) return;
    if (message.status < 200) {
        if (seen.provisionals == 0) {
            seen.provisional = at;
            seen.provisional_status = message.status;
        }
        return count(seen.provisionals);
    }
    if (seen.finals == 0) {
        seen.final = at;
        seen.final_status = message.status;
        if (options_.has_near) hold_or_compare(probe, side, true, text);
    }
    count(seen.finals);
}

void Join::hold_or_compare(Probe& probe, Side side, bool answer, std::string_view text) {
    if (text.empty()) return;  // the capture cut it: what is missing is no difference
    const std::size_t key = book_.index_of(probe) * 2 + (answer ? 1 : 0);
    const Side other = side == Side::near ? Side::far : Side::near;
    auto& theirs = held_[static_cast<std::size_t>(other)];
    if (const auto found = theirs.find(key); found != theirs.end()) {
        const bool text_is_before = (side == Side::near) != answer;
        rewrites_.note(answer, probe.call_id, text_is_before ? text : found->second,
                       text_is_before ? found->second : text);
        held_bytes_ -= found->second.size();
        theirs.erase(found);
        return;
    }
    if (held_bytes_ + text.size() > held_max) {
        ++not_compared_;
        return;
    }
    held_bytes_ += text.size();
    held_[static_cast<std::size_t>(side)].emplace(key, text);
}

/// Without a capture of our own end: what the row says must stand in the request.
void Join::compare_with_log(const Probe& probe, const Message& message) {
    rewrites_.count_compared(false);
    const std::string call_id = book_.call_id_text(probe);
    if (!message.call_id.empty() && message.call_id != call_id)
        rewrites_.note_value(
            false, probe.call_id,
            {"Call-ID", true, true, call_id, std::string{message.call_id.substr(0, 256)}});
    std::string_view headers = message.headers;
    HeaderLine line;
    while (take_header(headers, line)) {
        if (long_name(line.name) != "via") continue;
        wire::Via via;
        if (probe.source_port == 0 || !wire::parse_via(line.value, via)) return;
        if (via.port != probe.source_port)
            rewrites_.note_value(
                false, probe.call_id,
                {"Via", true, true, fmt::format("(sent from port {})", probe.source_port),
                 std::string{line.value.substr(0, 512)}});
        return;
    }
}

}  // namespace sipping::trace
