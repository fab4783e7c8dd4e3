// What must come of each arrival, found the slow and obvious way: every probe is kept for ever as
// the texts that it sent, and every answer is compared with every probe, text by text. Reads
// answers with the slow decoder; shares no code with match, the probe table or the decoders.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz_input.hpp"
#include "sipping/probe/engine.hpp"
#include "sipping/probe/result_sink.hpp"
#include "slow_decoder.hpp"

namespace sipping::fuzz {

inline constexpr std::uint16_t first_port = 40000;

enum class Fate : std::uint8_t { waiting, answered, dropped, refused };

/// A probe as it left, and what has become of it.
struct Probe {
    std::string call_id, branch, tag, cseq;
    std::string via, from, to;  ///< whole header values, to answer with
    std::uint64_t number = 0;   ///< the Call-ID's ten digits
    std::uint32_t slot = 0;
    std::uint32_t target = 0;
    std::uint32_t socket = 0;
    std::uint16_t port = 0;
    Endpoint asked;
    Instant sent{};
    Instant deadline{};
    Fate fate = Fate::waiting;
    bool has_provisional = false;
    int ends = 0;
    bool settled = false;
};

/// Whose address this is, wherever it has moved to: the targets have the even and the odd ones.
[[nodiscard]] inline std::uint32_t target_of(const Endpoint& asked) {
    return (asked.address.bytes[3] + 1U) % 2;
}

/// The byte chooses one of the newest probes.
[[nodiscard]] const Probe& recent(const std::vector<Probe>& probes, std::uint8_t which);

/// An answer with some of its texts exchanged, and where it comes from and to.
struct Edited {
    std::string text;
    std::uint32_t socket = 0;
    Endpoint from;
};
[[nodiscard]] Edited edited_answer(const std::vector<Probe>& probes, FuzzInput& input);

class MatchOracle final : public probe::ResultSink {
public:
    MatchOracle(const target::TargetTable& targets, const probe::EngineOptions& options)
        : targets_(targets), late_window_(options.late_window) {}

    void left(const probe::Outgoing& out);
    /// Works out which rows these arrivals must give. `forgets`: the table was full, so finished
    /// probes may have been forgotten: then late answers may be foreign too.
    void expect(const probe::Inbox& inbox, bool forgets);
    /// All of them came, and the books balance.
    void after_inbox(const probe::EngineCounts& counts, std::uint32_t in_flight, Instant now);
    void at_the_end() const;

    /// An answer came that belongs to one of two probes, depending on whether the table has
    /// forgotten the first, which only the table knows. No more can be said of this run.
    [[nodiscard]] bool undecided() const { return undecided_; }

    [[nodiscard]] const std::vector<Probe>& probes() const { return probes_; }
    /// A probe that waits, or null.
    [[nodiscard]] const Probe* unanswered(std::uint8_t which) const;

    // ResultSink
    void sent(const SentProbe& probe) noexcept override;
    void result(const ProbeResult& result) noexcept override;
    void settled(const Settled& settled) noexcept override;
    void gap(const Gap&) noexcept override {}
    void icmp(std::uint32_t target, const Endpoint& asked, std::uint64_t call_id,
              const IcmpError& error, Instant at) noexcept override;

private:
    struct Expected {
        Kind kind{};
        std::size_t probe = 0;
        std::uint8_t mangled = 0;
        Instant at{};
        Endpoint from;
        std::uint16_t port = 0;
        std::string status;
        SyntaxFault syntax;
        bool may_be_foreign = false;
    };
    struct Found {
        std::size_t probe = SIZE_MAX;
        std::uint8_t mangled = 0;
        bool another_by_path = false;  ///< which it is when this one is forgotten
    };

    void expect_arrival(const probe::Arrival& arrival, Instant now, bool forgets);
    void count(StrayReason reason) { ++strays_[static_cast<std::size_t>(reason)]; }
    [[nodiscard]] Found whose(const wire::slow::Response& response,
                              const probe::Arrival& arrival) const;
    void expect_answer(const probe::Arrival& arrival, const wire::slow::Response& response,
                       const SyntaxFault& syntax, Instant now, bool forgets);
    void expect_refusal(const probe::SendFailure& failure);
    void on_answer_row(const ProbeResult& result);
    void on_drop_row(const ProbeResult& result);
    [[nodiscard]] Probe* by_number(std::uint64_t call_id);

    const target::TargetTable& targets_;
    Duration late_window_;
    std::vector<Probe> probes_;
    std::vector<Expected> expected_;
    std::size_t next_expected_ = 0;
    std::array<std::uint64_t, kind_count> rows_{};
    std::array<std::uint64_t, stray_reason_count> strays_{};
    std::uint64_t may_be_foreign_ = 0;  ///< arrivals that gave no row, although they might have
    std::uint64_t requests_ = 0;        ///< echoes and unreadable ones too
    std::set<std::uint64_t> refused_;
    Instant now_{};
    bool undecided_ = false;
};

}  // namespace sipping::fuzz
