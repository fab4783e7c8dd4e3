#include "match_oracle.hpp"

#include <algorithm>

#include "fuzz_check.hpp"
#include "sipping/wire/lenient.hpp"

namespace sipping::fuzz {
namespace {

std::string header(std::string_view message, std::string_view name) {
    const std::string key = "\r\n" + std::string(name) + ": ";
    const std::size_t at = message.find(key);
    FUZZ_CHECK(at != std::string_view::npos);
    const std::size_t begin = at + key.size();
    return std::string(message.substr(begin, message.find("\r\n", begin) - begin));
}

std::string between(const std::string& text, const std::string& before, const std::string& after) {
    const std::size_t begin = text.find(before) + before.size();
    return text.substr(begin, text.find_first_of(after, begin) - begin);
}

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::string branch_of(const wire::slow::Response& response) {
    for (const auto& [name, value] : response.via_params)
        if (name == "branch" && value && !value->empty()) return *value;
    return {};
}

}  // namespace

void MatchOracle::left(const probe::Outgoing& out) {
    const std::string text(out.text());
    Probe probe;
    probe.via = header(text, "Via");
    probe.from = header(text, "From");
    probe.to = header(text, "To");
    probe.call_id = header(text, "Call-ID");
    probe.branch = between(probe.via, "branch=", ";");
    probe.tag = between(probe.from, ";tag=", ";");
    probe.cseq = header(text, "CSeq");
    probe.number = std::stoull(probe.call_id);
    probe.slot = out.probe;
    probe.target = target_of(out.to);
    probe.socket = out.socket;
    probe.port = static_cast<std::uint16_t>(first_port + out.socket);
    probe.asked = out.to;
    probe.sent = out.sent;
    probe.deadline = out.sent + targets_[probe.target].timeout;
    for (const Probe& other : probes_)
        FUZZ_CHECK(other.call_id != probe.call_id && other.branch != probe.branch);
    probes_.push_back(probe);
}

/// Three of four fields; or the Call-ID or the branch, on the very path; the Call-ID first.
MatchOracle::Found MatchOracle::whose(const wire::slow::Response& response,
                                      const probe::Arrival& arrival) const {
    std::array<Found, 3> found;  // by three, by Call-ID, by branch
    for (std::size_t i = 0; i < probes_.size(); ++i) {
        const Probe& probe = probes_[i];
        const bool call_id = response.call_id == probe.call_id;
        const bool branch = branch_of(response) == probe.branch;
        const bool tag = lower(response.from_tag) == lower(probe.tag);
        const bool cseq = response.cseq + ' ' + response.cseq_method == probe.cseq;
        const auto mangled = static_cast<std::uint8_t>((call_id ? 0 : 1) | (branch ? 0 : 2) |
                                                       (tag ? 0 : 4) | (cseq ? 0 : 8));
        const bool same_path =
            arrival.from == probe.asked && first_port + arrival.socket == probe.port;
        if (call_id + branch + tag + cseq >= 3)
            found[0] = {i, mangled};
        else if (call_id && same_path)
            found[1] = {i, mangled};
        else if (branch && same_path)
            found[2] = {i, mangled};
    }
    Found best;
    for (const Found& one : found) {
        if (one.probe == SIZE_MAX) continue;
        if (best.probe == SIZE_MAX)
            best = one;
        else if (one.probe != best.probe)
            best.another_by_path = true;
    }
    return best;
}

namespace {

/// What the forgiving reader found, in the words of the slow one. (That it reads what the strict
/// decoder accepts as that does, another fuzzer shows.)
wire::slow::Response read_again(const wire::Response& lenient) {
    wire::slow::Response response;
    response.status = std::to_string(lenient.status);
    response.via_params = {{"branch", std::string(lenient.via.branch)}};
    response.call_id = lenient.call_id;
    response.from_tag = lenient.from_tag;
    response.cseq = std::to_string(lenient.cseq);
    response.cseq_method = lenient.cseq_method;
    return response;
}

StrayReason keep_alive_or_garbage(std::string_view bytes) {
    switch (wire::keep_alive_kind(bytes)) {
        case wire::KeepAlive::empty: return StrayReason::empty;
        case wire::KeepAlive::crlf: return StrayReason::crlf;
        case wire::KeepAlive::nul: return StrayReason::nul;
        case wire::KeepAlive::stun: return StrayReason::stun;
        case wire::KeepAlive::none: break;
    }
    return StrayReason::not_sip;
}

}  // namespace

void MatchOracle::expect(const probe::Inbox& inbox, bool forgets) {
    expected_.clear();
    next_expected_ = 0;
    now_ = inbox.read_until;
    for (const probe::SendFailure& failure : inbox.send_failures)
        expect_refusal(failure);
    for (const probe::Arrival& arrival : inbox.arrivals)
        expect_arrival(arrival, inbox.read_until, forgets);
}

void MatchOracle::expect_arrival(const probe::Arrival& arrival, Instant now, bool forgets) {
    const wire::slow::Response strict = wire::slow::decode(arrival.bytes);
    if (strict.error == wire::DecodeError::ok)
        return expect_answer(arrival, strict, {}, now, forgets);
    wire::Response lenient;
    SyntaxFault fault;
    switch (wire::read_response(arrival.bytes, lenient, fault)) {
        case wire::DecodeError::ok:
            FUZZ_CHECK(strict.error != wire::DecodeError::keep_alive &&
                       strict.error != wire::DecodeError::request);
            return expect_answer(arrival, read_again(lenient), fault, now, forgets);
        case wire::DecodeError::request: ++requests_; break;
        default: count(keep_alive_or_garbage(arrival.bytes)); break;
    }
}

void MatchOracle::expect_refusal(const probe::SendFailure& failure) {
    for (Probe& probe : probes_)
        if (probe.slot == failure.probe && probe.fate == Fate::waiting) {
            probe.fate = Fate::refused;
            refused_.insert(probe.number);
        }
}

void MatchOracle::expect_answer(const probe::Arrival& arrival, const wire::slow::Response& response,
                                const SyntaxFault& syntax, Instant now, bool forgets) {
    const Found found = whose(response, arrival);
    if (found.probe == SIZE_MAX || probes_[found.probe].fate == Fate::refused) {
        undecided_ |= found.another_by_path;  // a refused one may be forgotten at once
        count(StrayReason::foreign);
        return;
    }
    Probe& probe = probes_[found.probe];
    const unsigned long code = std::stoul(response.status);
    const bool final = code < 100 || code >= 200;
    Expected row{.kind = Kind::reply,
                 .probe = found.probe,
                 .mangled = found.mangled,
                 .at = arrival.at,
                 .from = arrival.from,
                 .port = static_cast<std::uint16_t>(first_port + arrival.socket),
                 .status = response.status,
                 .syntax = syntax};
    if (probe.fate == Fate::waiting && arrival.at <= probe.deadline) {
        if (!final) {
            probe.has_provisional = true;
            return;
        }
        probe.fate = Fate::answered;
        expected_.push_back(row);
        return;
    }
    row.may_be_foreign =
        probe.fate != Fate::waiting && (forgets || probe.deadline + late_window_ <= now);
    undecided_ |= row.may_be_foreign && found.another_by_path;
    if (probe.fate == Fate::waiting) probe.fate = Fate::dropped;  // its drop row comes first
    row.kind = probe.fate == Fate::answered ? Kind::duplicate : Kind::late;
    if (final) probe.fate = Fate::answered;
    expected_.push_back(row);
}

void MatchOracle::result(const ProbeResult& result) noexcept {
    ++rows_[static_cast<std::size_t>(result.kind)];
    if (result.kind == Kind::local) return;
    if (has_answer(result.kind) && result.kind != Kind::provisional)
        on_answer_row(result);
    else
        on_drop_row(result);
}

void MatchOracle::on_answer_row(const ProbeResult& result) {
    while (next_expected_ < expected_.size() && expected_[next_expected_].may_be_foreign &&
           probes_[expected_[next_expected_].probe].number != result.call_id) {
        ++may_be_foreign_;
        ++next_expected_;
    }
    FUZZ_CHECK(next_expected_ < expected_.size());
    const Expected& expected = expected_[next_expected_++];
    Probe& probe = probes_[expected.probe];
    FUZZ_CHECK(result.call_id == probe.number);
    FUZZ_CHECK(result.kind == expected.kind);
    FUZZ_CHECK(result.mangled == expected.mangled);
    FUZZ_CHECK(result.target == probe.target && result.source_port == probe.port);
    FUZZ_CHECK(result.sent == probe.sent);
    FUZZ_CHECK(result.latency == std::max(expected.at - probe.sent, Duration::zero()));
    FUZZ_CHECK(result.from == expected.from);
    FUZZ_CHECK(result.from_elsewhere == (expected.from != probe.asked));
    FUZZ_CHECK(result.arrival_port == (expected.port == probe.port ? 0 : expected.port));
    FUZZ_CHECK(std::to_string(result.status) == expected.status);
    FUZZ_CHECK(result.syntax == expected.syntax);
    if (result.kind == Kind::reply) {
        ++probe.ends;
        FUZZ_CHECK(expected.at <= probe.deadline);
    } else {
        FUZZ_CHECK(probe.ends == 1);  // a further row, after the probe's own
    }
}

void MatchOracle::on_drop_row(const ProbeResult& result) {
    Probe* probe = by_number(result.call_id);
    FUZZ_CHECK(probe != nullptr);
    FUZZ_CHECK(++probe->ends == 1);
    if (result.kind == Kind::send_error) {
        FUZZ_CHECK(refused_.contains(result.call_id));
        return;
    }
    FUZZ_CHECK(now_ > probe->deadline);
    FUZZ_CHECK((result.kind == Kind::provisional) == probe->has_provisional);
    if (probe->fate == Fate::waiting) probe->fate = Fate::dropped;
}

void MatchOracle::sent(const SentProbe& probe) noexcept {
    FUZZ_CHECK(by_number(probe.call_id) != nullptr);
}

void MatchOracle::settled(const Settled& settled) noexcept {
    Probe* probe = by_number(settled.call_id);
    FUZZ_CHECK(probe != nullptr && probe->ends == 1 && !probe->settled);
    probe->settled = true;
    for (const Probe& older : probes_) {  // in order of sending, target by target
        if (&older == probe) break;
        FUZZ_CHECK(older.target != probe->target || older.settled);
    }
}

void MatchOracle::icmp(std::uint32_t target, const Endpoint& asked, std::uint64_t call_id,
                       const IcmpError&, Instant) noexcept {
    const Probe* probe = by_number(call_id);
    FUZZ_CHECK(probe != nullptr && probe->target == target && probe->asked == asked);
}

void MatchOracle::after_inbox(const probe::EngineCounts& counts, std::uint32_t in_flight,
                              Instant now) {
    for (; next_expected_ < expected_.size(); ++next_expected_) {
        FUZZ_CHECK(expected_[next_expected_].may_be_foreign);
        ++may_be_foreign_;
    }
    for (const StrayReason reason : {StrayReason::not_sip, StrayReason::crlf, StrayReason::nul,
                                     StrayReason::empty, StrayReason::stun})
        FUZZ_CHECK(counts.of(reason) == strays_[static_cast<std::size_t>(reason)]);
    FUZZ_CHECK(counts.of(StrayReason::foreign) ==
               strays_[static_cast<std::size_t>(StrayReason::foreign)] + may_be_foreign_);
    FUZZ_CHECK(counts.of(StrayReason::request) + counts.of(StrayReason::bad_request) +
                   counts.of(StrayReason::echo) ==
               requests_);
    FUZZ_CHECK(counts.due == counts.sent + counts.skipped + counts.local + counts.send_error);
    const auto of = [&](Kind kind) { return rows_[static_cast<std::size_t>(kind)]; };
    FUZZ_CHECK(counts.sent == of(Kind::reply) + of(Kind::provisional) + of(Kind::timeout) +
                                  of(Kind::icmp) + of(Kind::pending) + in_flight);
    FUZZ_CHECK(counts.send_error == of(Kind::send_error) && counts.local == of(Kind::local));
    for (const Probe& probe : probes_)  // nobody is kept waiting beyond deadline and grace
        FUZZ_CHECK(probe.ends == 1 || probe.deadline + probe::Engine::expiry_grace >= now);
}

void MatchOracle::at_the_end() const {
    for (const Probe& probe : probes_)
        FUZZ_CHECK(probe.ends == 1 && probe.settled);
}

const Probe* MatchOracle::unanswered(std::uint8_t which) const {
    std::vector<const Probe*> waiting;
    for (const Probe& probe : probes_)
        if (probe.fate == Fate::waiting) waiting.push_back(&probe);
    return waiting.empty() ? nullptr : waiting[which % waiting.size()];
}

Probe* MatchOracle::by_number(std::uint64_t call_id) {
    const auto found = std::find_if(probes_.begin(), probes_.end(),
                                    [&](const Probe& probe) { return probe.number == call_id; });
    return found == probes_.end() ? nullptr : &*found;
}

}  // namespace sipping::fuzz
