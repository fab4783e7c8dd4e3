#include "sipping/trace/join.hpp"

#include <fmt/format.h>

#include <functional>
#include <limits>

#include "sipping/wire/lenient.hpp"
#include "sipping/wire/lines.hpp"

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

/// Its Call-ID is not there, or not all of it.
bool lacks_id(const Message& message, const Datagram& datagram) noexcept {
    const std::string_view id = message.fields.call_id;
    const std::string_view all = datagram.payload;
    return id.empty() || id.data() + id.size() == all.data() + all.size();
}

/// Nothing of one that is cut: what is missing in it is no difference and no fault.
std::string_view whole_text(const Datagram& datagram) noexcept {
    return datagram.cut ? std::string_view{} : datagram.payload;
}

/// As it stands in the message.
std::string top_via_text(const Message& message) {
    wire::Lines lines(message.rest);
    std::string_view line;
    for (bool ended = true; lines.next(line, ended) && !wire::Lines::is_empty(line);) {
        const HeaderLine header = split_line(line);
        if (long_name(header.name) == "via") return std::string{header.value.substr(0, 512)};
    }
    return {};
}

SeenErrors::From sender_of(const Datagram& error) noexcept {
    if (error.icmp_from == error.destination.address) return SeenErrors::From::receiver;
    if (error.icmp_from == error.source.address) return SeenErrors::From::sender;
    return SeenErrors::From::between;
}

/// Another hop's than the first request's. A quote may end within its branch: nobody knows.
bool is_of_other_leg(const Seen& seen, const Message& message, const Datagram& datagram) noexcept {
    const std::string_view branch = message.fields.via.branch;
    const std::string_view all = datagram.payload;
    if (branch.empty() || branch.data() + branch.size() == all.data() + all.size()) return false;
    return seen.requests > 0 && leg_of(branch) != seen.leg;
}

}  // namespace

Probe* Join::find(const Message& message, WallTime at, bool cut, bool& by_branch) noexcept {
    by_branch = false;
    CallId id;
    const bool of_our_form = parse_call_id(message.fields.call_id, id);
    if (of_our_form)
        if (Probe* probe = book_.find(id.number, id.site, at); probe != nullptr) return probe;
    std::uint64_t number = 0;
    if (!read_own_branch(message, number) &&
        (!cut || !read_cut_branch(message.fields.via.branch, number)))
        return nullptr;
    by_branch = !cut && !message.fields.call_id.empty();  // what was cut off says nothing
    Probe* const probe = book_.find(number, std::nullopt, at);
    // With another site behind the digits it is another prober's.
    if (probe != nullptr && of_our_form && id.number == number && probe->site != 0) return nullptr;
    return probe;
}

Join::Taken Join::take(Side side, WallTime at, const Datagram& datagram) {
    Message message;
    if (!read_message(datagram.payload, message)) {
        if (datagram.is_icmp()) return take_short_error(side, at, datagram);
        note_stray(side, at, message, datagram);
        return Taken::no_sip;
    }
    if (!datagram.is_icmp()) ++messages_[static_cast<std::size_t>(side)];
    bool by_branch = false;
    const bool cut = datagram.cut || datagram.is_icmp();
    Probe* probe = find(message, at, cut, by_branch);
    if (probe == nullptr && datagram.is_icmp() && lacks_id(message, datagram))
        return take_short_error(side, at, datagram);
    if (probe == nullptr) {
        note_stray(side, at, message, datagram);
        return cut && !datagram.is_icmp() && lacks_id(message, datagram) ? Taken::unknown
                                                                         : Taken::others;
    }
    Seen& seen = probe->at(side);
    if (datagram.is_icmp()) {
        take_error(*probe, side, at, message, datagram);
    } else {
        seen.by_branch = seen.by_branch || by_branch;
        if (message.is_request)
            take_request(*probe, side, at, message, datagram);
        else
            take_answer(*probe, side, at, message, datagram);
    }
    if (probe == options_.drawn) draw(side, at, message, datagram);
    return probe->wanted ? Taken::wanted : Taken::probe;
}

void Join::take_piece(Side side, WallTime at, const Datagram& datagram) {
    Message message;
    bool by_branch = false;
    if (datagram.is_icmp() || !read_message(datagram.payload, message)) return;
    Probe* const probe = find(message, at, true, by_branch);
    if (probe == nullptr || is_of_other_leg(probe->at(side), message, datagram)) return;
    Seen& seen = probe->at(side);
    if (message.is_request) {
        seen.request_in_part = true;
    } else if (!message.is_provisional() && !seen.answer_in_part) {
        seen.answer_in_part = true;
        seen.answer_piece = at;
    }
}

/// Whatever may be a response that nobody can attribute. A Call-ID of our form is that of another
/// probe: not all that were answered are in the book.
void Join::note_stray(Side side, WallTime at, const Message& message, const Datagram& datagram) {
    CallId id;
    if (datagram.is_icmp() || message.is_request || parse_call_id(message.fields.call_id, id) ||
        wire::keep_alive_kind(datagram.payload) != wire::KeepAlive::none)
        return;
    const bool cut = datagram.cut && lacks_id(message, datagram);
    book_.flows(side).note_stray({datagram.source, datagram.destination}, at,
                                 cut ? Stray::cut : Stray::whole);
}

void Join::take_error(Probe& probe, Side side, WallTime at, const Message& message,
                      const Datagram& datagram) {
    Seen& seen = probe.at(side);
    if (is_of_other_leg(seen, message, datagram)) return;
    if (!message.is_request && message.is_provisional()) return;
    SeenErrors& errors = message.is_request ? seen.request_errors : seen.answer_errors;
    if (errors.count == 0)
        errors = {.first = error_of(datagram), .from = sender_of(datagram), .at = at, .count = 0};
    count(errors.count);
    if (!message.is_request)
        book_.note_answer_flow(seen, side, {datagram.source, datagram.destination});
}

/// One that quotes little more of the datagram than its ports (RFC 792 asks for no more).
Join::Taken Join::take_short_error(Side side, WallTime at, const Datagram& datagram) {
    constexpr Duration answered_within = 1s;  // what was answered since is not meant
    std::vector<std::size_t> probes =
        book_.flows(side).lately_sent({datagram.source, datagram.destination}, at, answered_within);
    std::erase_if(probes, [&](std::size_t one) { return book_.probes()[one].at(side).finals > 0; });
    if (probes.size() != 1) return Taken::no_sip;
    Probe& probe = book_.probes()[probes.front()];
    Message request;
    request.is_request = true;
    take_error(probe, side, at, request, datagram);
    if (&probe == options_.drawn) draw(side, at, request, datagram);
    return probe.wanted ? Taken::wanted : Taken::probe;
}

void Join::draw(Side side, WallTime at, const Message& message, const Datagram& datagram) {
    if (events_.size() == events_max) return;
    events_.push_back({.side = side,
                       .at = at,
                       .is_request = message.is_request,
                       .status = message.fields.status,
                       .is_icmp = datagram.is_icmp(),
                       .icmp = datagram.is_icmp() ? error_of(datagram) : IcmpError{},
                       .source = datagram.source,
                       .destination = datagram.destination,
                       .method = std::string{message.method().substr(0, 32)}});
}

void Join::take_request(Probe& probe, Side side, WallTime at, const Message& message,
                        const Datagram& datagram) {
    Seen& seen = probe.at(side);
    const std::uint32_t leg = leg_of(message.fields.via.branch);
    if (seen.requests > 0 && leg != seen.leg) return;
    if (seen.requests == 0) {
        seen.request = at;
        seen.leg = leg;
        seen.has_rport = message.fields.via.has_rport;
        seen.sent_by_port = message.fields.via.port;
        if (options_.has_near)
            hold_or_compare(probe, side, false, whole_text(datagram));
        else
            compare_with_log(probe, message);
    }
    book_.note_request_flow(probe, side, at, {datagram.source, datagram.destination});
    count(seen.requests);
}

void Join::take_answer(Probe& probe, Side side, WallTime at, const Message& message,
                       const Datagram& datagram) {
    Seen& seen = probe.at(side);
    // What a next hop of a proxy answered to the proxy is no answer to us.
    if (seen.requests > 0 && leg_of(message.fields.via.branch) != seen.leg) return;
    if (message.is_provisional()) {
        if (seen.provisionals == 0) {
            seen.provisional = at;
            seen.provisional_status = message.fields.status;
        }
        return count(seen.provisionals);
    }
    book_.note_answer_flow(seen, side, {datagram.source, datagram.destination});
    if (seen.finals == 0) {
        const std::string_view text = whole_text(datagram);
        seen.final = at;
        seen.final_status = message.fields.status;
        if (!text.empty() && !probe.latency) note_syntax(seen, message, text);
        if (options_.has_near) hold_or_compare(probe, side, true, text);
    }
    seen.final_last = at;
    count(seen.finals);
}

/// Of a probe that the log says nothing came to: perhaps because whoever wrote it could not read
/// it.
void Join::note_syntax(Seen& seen, const Message& message, std::string_view text) {
    wire::Response response;
    seen.final_refused = wire::decode_response(text, response) != wire::DecodeError::ok;
    if (!message.fault) return;
    const std::string_view header = message.fault.header();
    seen.syntax = book_.intern(
        fmt::format("{}{}{}", to_string(message.fault.fault), header.empty() ? "" : ":", header));
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
    const wire::Response& fields = message.fields;
    if (!fields.call_id.empty() && fields.call_id != call_id)
        rewrites_.note_value(
            false, probe.call_id,
            {"Call-ID", true, true, call_id, std::string{fields.call_id.substr(0, 256)}});
    if (probe.source_port == 0 || !fields.has_via || fields.via.host.empty() ||
        fields.via.port == probe.source_port)
        return;
    rewrites_.note_value(false, probe.call_id,
                         {"Via", true, true, fmt::format("(sent from port {})", probe.source_port),
                          top_via_text(message)});
}

}  // namespace sipping::trace
