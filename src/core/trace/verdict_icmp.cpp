// What an ICMP error about a probe's request tells.
#include <algorithm>
#include <array>

#include "sipping/trace/verdict.hpp"

namespace sipping::trace {
namespace {

using From = SeenErrors::From;

constexpr std::string_view lacked_a_piece = "reassembly-timeout";

/// Of a probe that the log says was ended by an ICMP error.
std::string_view logged(const Probe& probe, std::string_view key) noexcept {
    record::Row row;
    row.detail = probe.detail;
    return probe.kind == Kind::icmp ? row.detail_of(key).value_or("") : "";
}

/// The host had not all fragments of it: no refusal, but a loss.
bool was_incomplete(const Probe& probe) noexcept {
    std::array<char, 32> scratch{};
    const auto is = [&](const Seen& seen) {
        return seen.request_errors.count > 0 &&
               icmp_name(seen.request_errors.first, scratch) == lacked_a_piece;
    };
    return is(probe.near) || is(probe.far) || logged(probe, "icmp") == lacked_a_piece;
}

}  // namespace

/// From where the log says that an ICMP error about the request came.
std::optional<From> Judge::logged_sender(const Probe& probe) const {
    if (probe.kind != Kind::icmp) return std::nullopt;
    const auto from = parse_address(logged(probe, "icmp_from"));
    const auto host = parse_address(book_.text(probe.host));
    const bool by_host = from && host && unmapped(*from) == unmapped(*host);
    return by_host ? From::receiver : From::between;
}

/// An ICMP error about the request settles it, whatever captures lack.
std::optional<Judgement> Judge::by_icmp(const Probe& probe) const {
    if (probe.far.provisionals > 0 || probe.near.provisionals > 0) return std::nullopt;
    const auto says = [&](From from) {
        return std::ranges::any_of(std::array{&probe.near, &probe.far}, [&](const Seen* seen) {
            return seen->request_errors.count > 0 && seen->request_errors.from == from;
        });
    };
    const bool captured = probe.near.request_errors.count > 0 || probe.far.request_errors.count > 0;
    const auto from_log = logged_sender(probe);
    if (!captured && !from_log) return std::nullopt;
    const bool left = probe.near.requests > 0 || probe.far.requests > 0;
    if (was_incomplete(probe)) {
        if (probe.far.requests > 0) return std::nullopt;
        return Judgement{.verdict = Verdict::lost_there, .maybe_ours = probe.near.requests == 0};
    }
    if (says(From::receiver) || from_log == From::receiver) {
        const bool unseen = !probe.far.any_message() && far_evidence_.of(probe).any > 0 &&
                            offset(Side::far).known && why_not_there(probe) == Reason::none;
        return Judgement{.verdict = Verdict::rejected, .unseen = unseen};
    }
    if (says(From::between)) return Judgement{.verdict = Verdict::turned_back};
    // Our own host: it had no route, no neighbour, or a firewall.
    if (says(From::sender)) {
        if (left) return std::nullopt;
        return Judgement{.verdict = Verdict::never_left};
    }
    // Of the log alone: from a box on the way, or of our own host, whose address it does not say.
    if (!left && near_is_sure(probe, false)) return Judgement{.verdict = Verdict::never_left};
    return Judgement{.verdict = Verdict::turned_back, .maybe_ours = !left};
}

}  // namespace sipping::trace
