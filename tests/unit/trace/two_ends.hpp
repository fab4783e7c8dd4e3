// Rows of a log and packets of two captures for one test, and the verdict that follows.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "packets.hpp"
#include "sipping/trace/join.hpp"
#include "sipping/trace/verdict.hpp"
#include "sipping/trace/words.hpp"

namespace sipping::trace {

class TwoEnds {
public:
    static constexpr WallTime begin{1'800'000'000s};

    explicit TwoEnds(bool has_near = true, ProbeBook::Wanted wanted = {})
        : has_near_(has_near), book_(std::move(wanted)) {}

    void row(std::uint64_t call_id, Duration at, Kind kind, std::optional<Duration> latency = {},
             std::string_view target = "gw", std::string_view detail = "") {
        record::Row one;
        one.call_id = call_id;
        one.sent = begin + at;
        one.kind = kind;
        one.latency = latency;
        one.target = target;
        one.host = host;
        one.source_port = 40000;
        one.detail = detail;
        one.site = site;
        book_.add(one, "file");
    }
    std::string_view site;               ///< of the rows to come
    std::string_view host = "10.0.0.2";  ///< the same
    /// No more rows. What is drawn is this Call-ID.
    void rows_end(std::uint64_t drawn = 0) {
        book_.finish();
        join_ = std::make_unique<Join>(
            book_, Join::Options{.has_near = has_near_,
                                 .drawn = drawn == 0 ? nullptr : book_.find(drawn, {}, begin)});
    }
    /// On the prober's clock; the far end's is `ahead` of it.
    Join::Taken packet(Side side, Duration at, const std::string& text) {
        return text.starts_with("SIP/") ? packet(side, at, text, them, us)
                                        : packet(side, at, text, us, them);
    }
    Join::Taken packet(Side side, Duration at, const std::string& text, const Endpoint& source,
                       const Endpoint& destination) {
        Datagram datagram;
        datagram.source = source;
        datagram.destination = destination;
        datagram.payload = text;
        return feed(side, at, datagram);
    }
    static inline const Endpoint us{*parse_address("10.0.0.1"), 40000};
    static inline const Endpoint them{*parse_address("10.0.0.2"), 5060};
    Join::Taken feed(Side side, Duration at, const Datagram& datagram) {
        const WallTime when = begin + at + (side == Side::far ? ahead : Duration{});
        Span& span = spans_[static_cast<std::size_t>(side)];
        if (when < span.first) span.first = when;
        if (when > span.last) span.last = when;
        return join_->take(side, when, datagram);
    }
    /// An ICMP error that quotes a request, or an answer.
    void error(Side side, Duration at, const std::string& quoted, std::string_view from,
               std::uint8_t type = 3, std::uint8_t code = 3) {
        Datagram datagram;
        const bool answer = quoted.starts_with("SIP/");
        datagram.source = answer ? them : us;
        datagram.destination = answer ? us : them;
        datagram.payload = quoted;
        datagram.icmp_type = type;
        datagram.icmp_code = code;
        datagram.icmp_from = *parse_address(from);
        feed(side, at, datagram);
    }
    void request(Side side, Duration at, std::uint64_t call_id) {
        packet(side, at, text_of(call_id));
    }
    void answer(Side side, Duration at, std::uint64_t call_id, std::string_view status = "200 OK") {
        packet(side, at, packets::answer(text_of(call_id), status));
    }
    /// A probe that was answered, as all ends saw it.
    void answered(std::uint64_t call_id, Duration at, Duration there = 5ms, Duration back = 5ms) {
        request(Side::near, at, call_id);
        request(Side::far, at + there, call_id);
        answer(Side::far, at + there + 1ms, call_id);
        answer(Side::near, at + there + 1ms + back, call_id);
    }
    /// 101 probes a second apart, all answered: their rows, and what the captures have of them.
    static constexpr std::uint64_t first_answered = 1000000000;
    static constexpr std::uint64_t answered_last = 100;
    void answered_rows(Duration took = 11ms) {
        for (std::uint64_t i = 0; i <= answered_last; ++i)
            row(first_answered + i, second(i), Kind::reply, took);
    }
    void answered_packets(Duration took = 11ms) {
        for (std::uint64_t i = 0; i <= answered_last; ++i)
            answered(first_answered + i, second(i), 5ms, took - 6ms);
    }
    /// Answered ones as all ends saw them, and in their midst one that was not.
    void answered_but(std::uint64_t lost, Duration at) {
        answered_rows();
        row(lost, at, Kind::timeout);
        rows_end();
        answered_packets();
    }
    static Duration second(std::uint64_t number) {
        return std::chrono::seconds{static_cast<std::int64_t>(number)};
    }
    static std::string text_of(std::uint64_t call_id) {
        const std::string digits = fmt::format("{:010}", call_id);
        return packets::options(digits, packets::branch(digits));
    }

    /// Packets are over.
    const Judge& judge() {
        for (const Side side : {Side::near, Side::far}) {
            const Span& span = spans_[static_cast<std::size_t>(side)];
            if (span.first <= span.last) coverage(side).add_file(span.first, span.last);
        }
        judge_ = std::make_unique<Judge>(book_, far_, has_near_ ? &near_ : nullptr);
        return *judge_;
    }
    Judgement of(std::uint64_t call_id) { return judge_->judge(probe(call_id)); }
    std::string words(std::uint64_t call_id) {
        const Judgement judgement = of(call_id);
        const std::string detail = detail_words(probe(call_id), judgement, has_near_);
        return std::string{verdict_words(judgement.verdict)} + (detail.empty() ? "" : ": ") +
               detail;
    }
    const Probe& probe(std::uint64_t call_id) { return *book_.find(call_id, {}, begin); }
    Coverage& coverage(Side side) { return side == Side::near ? near_ : far_; }
    Join& join() { return *join_; }
    ProbeBook& book() { return book_; }

    Duration ahead{};

private:
    struct Span {
        WallTime first = WallTime::max();
        WallTime last = WallTime::min();
    };
    bool has_near_;
    ProbeBook book_;
    std::unique_ptr<Join> join_;
    Coverage near_;
    Coverage far_;
    Span spans_[2];
    std::unique_ptr<Judge> judge_;
};

}  // namespace sipping::trace
