// The probes that a trace is about, from rows of logs: those that were lost (or asked for by their
// Call-ID), and a sample of answered ones, which tell how the clocks of the captures differ and
// whether the captures would have the others. What the captures show of each is kept with it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sipping/base/endpoint.hpp"
#include "sipping/base/instant.hpp"
#include "sipping/record/row.hpp"
#include "sipping/result/probe_result.hpp"
#include "sipping/trace/flows.hpp"

namespace sipping::trace {

enum class Side : std::uint8_t { near, far };

/// ICMP errors about the request of a probe, or about its final responses.
struct SeenErrors {
    /// Of the datagram that is quoted, as addresses stand in the same capture.
    enum class From : std::uint8_t { between, sender, receiver };

    IcmpError first;
    From from{};
    WallTime at{};            ///< of the first one
    std::uint16_t count = 0;  ///< stops at its largest value
};

/// What the captures of one side show of one probe. Times are those of the captures' clock.
struct Seen {
    WallTime request{};  ///< the first one; meaningful when there was one, like all of these
    WallTime provisional{};
    WallTime final{};
    WallTime final_last{};
    WallTime answer_piece{};       ///< the first fragment of a final response
    bool answer_in_part = false;   ///< there was one, whether the others came or not
    bool request_in_part = false;  ///< the same of the request
    SeenErrors request_errors;
    SeenErrors answer_errors;
    bool by_branch = false;      ///< its Call-ID was another one here
    std::uint16_t requests = 0;  ///< all counts stop at their largest value
    std::uint16_t provisionals = 0;
    std::uint16_t finals = 0;
    std::uint16_t provisional_status = 0;
    std::uint16_t final_status = 0;
    bool final_refused = false;  ///< a strict reader does not take the first final response
    std::uint32_t syntax = 0;    ///< index of text(): what is wrong with it, "no-colon:server"
    std::uint32_t leg = 0;       ///< hash of the branch of the first request; others are a proxy's
    std::array<Flows::Index, 4> request_flows{};  ///< those that differ, then none
    Flows::Index answer_flow = Flows::none;  ///< of the first final response that is not straight
    bool straight = false;                   ///< a final response went straight back
    bool more_flows = false;                 ///< of requests, than there is room for
    bool has_rport = false;                  ///< the first request's top Via asks for it (RFC 3581)
    std::uint16_t sent_by_port = 0;          ///< of that Via; 0: none

    [[nodiscard]] bool any_message() const noexcept {
        return requests > 0 || provisionals > 0 || finals > 0;
    }
};

struct Probe {
    std::uint64_t call_id = 0;
    WallTime sent{};
    std::optional<Duration> latency;  ///< of its final answer, in time or late
    Kind kind{};                      ///< of its own row, or late
    bool wanted = false;              ///< else one of the sample
    std::uint16_t source_port = 0;
    std::uint32_t site = 0;  ///< index of text()
    std::uint32_t target = 0;
    std::uint32_t host = 0;
    std::uint32_t group = 0;  ///< of those to one target at one address
    std::uint32_t next = 0;   ///< another one with the same digits, plus 1
    bool unread = false;      ///< what came from its target meanwhile could not be attributed
    std::string detail;       ///< of a wanted one's row; hostile
    Seen near;
    Seen far;

    [[nodiscard]] Seen& at(Side side) noexcept { return side == Side::near ? near : far; }
    [[nodiscard]] const Seen& at(Side side) const noexcept {
        return side == Side::near ? near : far;
    }
    [[nodiscard]] bool answered() const noexcept { return kind == Kind::reply; }
};

class ProbeBook {
public:
    static constexpr std::size_t wanted_max = 2'000'000;
    static constexpr std::size_t sample_max = 65'536;

    /// Rows with the same Call-ID that are no farther apart tell of one probe: whoever saved a log
    /// anew may have rounded its times. No prober gives one out again that soon.
    static constexpr Duration same_within = 1s;

    struct Wanted {
        WallTime from = WallTime::min();
        WallTime to = WallTime::max();
        std::vector<std::string> targets;  ///< names or addresses; empty: all
        std::optional<std::uint64_t> call_id;
        std::string site;  ///< with call_id
    };

    explicit ProbeBook(Wanted wanted) : wanted_(std::move(wanted)) {}

    /// `file_target`: the name of the target in a log that has no column for it. Rows of other
    /// times and targets are welcome, since answered probes beside those that are asked about tell
    /// what a capture can prove.
    void add(const record::Row& row, std::string_view file_target);
    /// All rows were added: puts the sample together with the others.
    void finish();

    /// Whose digits these are, at about that time; with that site, if given. nullptr: nobody's.
    [[nodiscard]] Probe* find(std::uint64_t call_id, std::optional<std::string_view> site,
                              WallTime at) noexcept;

    /// How a request of that probe went, or its final response.
    void note_request_flow(Probe& probe, Side side, WallTime at, const Flow& flow);
    void note_answer_flow(Seen& seen, Side side, const Flow& flow);
    /// How its answer went within the captures of that side.
    [[nodiscard]] Return returned(const Probe& probe, Side side) const;
    /// What came back to where its request came from, that long after it, and belongs to no probe.
    [[nodiscard]] Stray stray(const Probe& probe, Side side, Duration within) const;
    [[nodiscard]] Flows& flows(Side side) noexcept {
        return flows_[static_cast<std::size_t>(side)];
    }
    [[nodiscard]] const Flows& flows(Side side) const noexcept {
        return flows_[static_cast<std::size_t>(side)];
    }

    /// A packet of these two in which nothing could be read. True: one of them is a target.
    bool note_unread(Side side, const Address& source, const Address& destination) noexcept;
    /// Such packets to and from the address of that probe's target.
    [[nodiscard]] std::uint64_t unread(Side side, const Probe& probe) const noexcept;

    [[nodiscard]] std::vector<Probe>& probes() noexcept { return probes_; }
    [[nodiscard]] const std::vector<Probe>& probes() const noexcept { return probes_; }
    [[nodiscard]] std::size_t index_of(const Probe& probe) const noexcept {
        return static_cast<std::size_t>(&probe - probes_.data());
    }
    [[nodiscard]] const std::string& text(std::uint32_t index) const { return texts_[index]; }
    /// The same text has the same index.
    [[nodiscard]] std::uint32_t intern(std::string_view text);
    /// "0762101642", "4084673539@site"; the site is hostile text.
    [[nodiscard]] std::string call_id_text(const Probe& probe) const;
    [[nodiscard]] std::uint32_t groups() const noexcept { return groups_; }
    /// Whoever wrote these logs takes responses that a strict reader refuses, and says so.
    [[nodiscard]] bool reads_forgivingly() const noexcept { return reads_forgivingly_; }

    /// Probes in the logs that were asked about, in the time asked about.
    [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
    /// Lost ones beyond wanted_max, which are left out.
    [[nodiscard]] std::uint64_t left_out() const noexcept { return left_out_; }
    /// The slowest answer of that target that was in time: the timeout is no shorter than that.
    [[nodiscard]] Duration answered_within(std::uint32_t target) const noexcept {
        return target < slowest_.size() ? slowest_[target] : Duration{};
    }

private:
    [[nodiscard]] bool concerns(const record::Row& row, std::string_view name) const;
    [[nodiscard]] bool is_wanted(const record::Row& row) const;
    [[nodiscard]] Probe make(const record::Row& row, std::string_view name);
    void note_late(const record::Row& row, std::string_view name);
    void sample(const record::Row& row, std::string_view name);
    void insert(Probe probe);
    [[nodiscard]] Probe* same(std::uint64_t call_id, std::string_view site, WallTime sent) noexcept;
    void insert_wanted(const record::Row& row, std::string_view name);
    void put_into_groups();

    Wanted wanted_;
    std::vector<Probe> probes_;
    std::vector<Probe> sample_;
    std::uint64_t sample_every_ = 1;
    std::uint64_t answered_ = 0;
    std::unordered_map<std::uint64_t, std::uint32_t> first_;  ///< by digits, plus 1
    std::vector<std::string> texts_{""};
    std::unordered_map<std::string, std::uint32_t> text_index_{{"", 0}};
    std::vector<Duration> slowest_;  ///< in time, by target
    bool reads_forgivingly_ = false;
    /// By the address of a target: packets that were not read, of either side.
    std::unordered_map<Address, std::array<std::uint64_t, 2>, AddressHash> unread_;
    std::array<Flows, 2> flows_;
    std::uint32_t groups_ = 0;
    std::uint64_t rows_ = 0;
    std::uint64_t left_out_ = 0;
};

}  // namespace sipping::trace
