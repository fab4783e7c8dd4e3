// A row of a log, reduced to what a look back needs, in fixed memory; and the one order in which a
// target's rows are told, whatever the order of the file.
#pragma once

#include <cstdint>
#include <tuple>

#include "sipping/base/instant.hpp"
#include "sipping/report/texts.hpp"
#include "sipping/result/probe_result.hpp"

namespace sipping::report {

struct Event {
    enum class Type : std::uint8_t { start, probe, stop };

    WallTime at{};    ///< when it was sent, as if the wall clock had never been set back
    WallTime sent{};  ///< the same as logged
    Duration latency{};
    std::uint64_t call_id = 0;
    TextId status = 0;  ///< the status line of a response; 0: none
    TextId syntax = 0;  ///< what was wrong with it
    Kind kind{};
    Type type = Type::probe;
    bool own = false;     ///< a loss that may be the prober's (`self=`)
    bool unread = false;  ///< a loss beside which something came that cannot be attributed

    /// A row beside the one that says what became of the probe.
    [[nodiscard]] bool is_further() const noexcept {
        return kind == Kind::late || kind == Kind::duplicate;
    }
    /// Both are of one probe.
    [[nodiscard]] bool same_probe(const Event& other) const noexcept {
        return at == other.at && call_id == other.call_id && type == other.type;
    }
};

/// By time. At the same time a run begins before its probes, and a probe's own row stands before
/// the further ones. What differs in nothing is told in any order.
class EventOrder {
public:
    EventOrder(const Texts& status, const Texts& syntax) noexcept
        : status_(&status), syntax_(&syntax) {}

    [[nodiscard]] bool operator()(const Event& a, const Event& b) const noexcept {
        if (a.at != b.at) return a.at < b.at;
        const auto rank = [](const Event& event) {
            return std::tuple(event.type, event.call_id, event.is_further(), event.kind,
                              event.latency, event.own, event.unread, event.sent);
        };
        const auto rank_a = rank(a);
        const auto rank_b = rank(b);
        if (rank_a != rank_b) return rank_a < rank_b;
        if (a.status != b.status) return status_->text(a.status) < status_->text(b.status);
        return a.syntax != b.syntax && syntax_->text(a.syntax) < syntax_->text(b.syntax);
    }

private:
    const Texts* status_;
    const Texts* syntax_;
};

}  // namespace sipping::report
