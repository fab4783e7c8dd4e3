// A look back over rows of any content, in any order: what it tells is what the sorted rows tell,
// as long as their order does not show that the clock was set back; then the counts are the same.
// No length is negative, and no row is handed on more than three times.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "fuzz_check.hpp"
#include "fuzz_input.hpp"
#include "reading.hpp"
#include "sipping/base/prng.hpp"
#include "told.hpp"

using namespace sipping;

namespace {

using Rows = std::vector<std::shared_ptr<report::OwnRow>>;

constexpr std::size_t rows_max = 200;
constexpr std::array<std::string_view, 8> gap_details{
    "reason=start",         "reason=stop",  "reason=stall;count=2", "reason=skipped;count=1",
    "reason=log-rows-lost", "reason=moved", "reason=unresolved",    "reason="};
constexpr std::array<std::string_view, 6> details{
    "", "self=stall", "unread=2", "syntax=no-end", "run=stress", "run=ports;self=stall"};
constexpr std::array<std::string_view, 4> responses{"SIP/2.0 200 OK", "SIP/2.0 503 Busy",
                                                    "SIP/2.0 100 Trying", "?"};

class Script {
public:
    Script(FuzzInput& input, report::Reading& reading) : input_(input), reading_(reading) {}

    void write() {
        const std::size_t count = 1 + input_.below(rows_max);
        for (std::size_t i = 0; i < count && !input_.empty(); ++i)
            write_row();
    }

private:
    void move_clock() {
        const std::uint8_t how = input_.byte();
        if (how < 160) {
            now_ += 1s;
        } else if (how < 200) {
            now_ += (how - 180) * 1s;
        } else if (how < 220) {
            now_ += (how - 210) * 100ms;
        } else if (how < 230) {
            now_ += (how - 225) * 1000s;
        }
        if (how < 220) ++call_id_;  // else perhaps a copy
    }

    void write_row() {
        move_clock();
        const std::uint8_t what = input_.byte();
        record::Row row;
        row.sent = now_;
        row.host = (what & 1) != 0 ? "192.0.2.1" : "192.0.2.2";
        row.target = (what & 2) != 0 ? "gw" : "sbc";
        if ((what & 12) == 12) row.site = "site";
        const std::uint8_t type = input_.byte();
        if (type < 20) {
            write_gap(row);
        } else if (type < 26) {
            row.type = type < 24 ? record::RowType::unread : record::RowType::other;
            row.kind_word = type < 24 ? "unread" : "way";
            row.site = {};
            row.detail = (what & 16) != 0 ? "reason=more;count=9" : "reason=stun";
        } else {
            row.kind = type < 140   ? Kind::reply
                       : type < 220 ? Kind::timeout
                                    : static_cast<Kind>(type % kind_count);
            write_probe(row);
        }
        reading_.add(row);
    }

    void write_gap(record::Row& row) {
        row.type = record::RowType::gap;
        row.kind_word = "gap";
        row.site = {};
        if (input_.flag()) row.target = "*";
        detail_ = gap_details[input_.below(gap_details.size())];
        if (input_.flag()) {
            const std::int64_t until = row.sent.time_since_epoch() / 1s + 20 - input_.byte() / 8;
            detail_ += ";until=" + std::to_string(until) + ".000000";
        }
        row.detail = detail_;
    }

    void write_probe(record::Row& row) {
        row.kind_word = to_string(row.kind);
        row.call_id = call_id_;
        const std::uint8_t more = input_.byte();
        if (has_answer(row.kind) || row.kind == Kind::late || row.kind == Kind::duplicate) {
            row.latency = Duration{1ms} * (more < 200 ? more : more * 100);
            row.response = responses[more % responses.size()];
        }
        if (more % 7 == 0) row.detail = details[input_.below(details.size())];
    }

    FuzzInput& input_;
    report::Reading& reading_;
    WallTime now_{1'700'000'000s};
    std::uint64_t call_id_ = 1'000'000'000;
    std::string detail_;
};

void check_lengths(const report::Analysis& analysis) {
    for (const report::TargetHistory& target : analysis.targets()) {
        const report::Series& series = target.series;
        for (const report::Outage& outage : series.outages())
            FUZZ_CHECK(outage.length >= Duration::zero());
        for (const auto& [from, until] : series.pauses().spans())
            FUZZ_CHECK(from <= until);
        FUZZ_CHECK(series.coverage() >= 0 && series.coverage() <= 1);
        const double availability = series.availability().value_or(0);
        FUZZ_CHECK(availability >= 0 && availability <= 1);
        FUZZ_CHECK(series.time_down() >= Duration::zero());
    }
}

/// What no order changes.
std::string counts(const report::Analysis& analysis) {
    std::vector<std::string> all;
    for (const report::TargetHistory& target : analysis.targets()) {
        const report::Series& series = target.series;
        all.push_back(fmt::format("{} {} {} {} {} {} {} {} {}\n", target.name, target.site,
                                  series.sent(), series.received(), series.lost(),
                                  series.perhaps_own(), series.unread(), series.count(Kind::late),
                                  series.count(Kind::duplicate)));
    }
    std::ranges::sort(all);
    std::string text = fmt::format("copies {}\n", analysis.copies());
    for (const std::string& one : all)
        text += one;
    return text;
}

void check_same(const std::string& other, const std::string& right) {
    if (other != right) std::fprintf(stderr, "%s--- right:\n%s", other.c_str(), right.c_str());
    FUZZ_CHECK(other == right);
}

void put_in_order(Rows& rows, std::uint8_t how, Prng& prng) {
    if (how % 4 == 0) return;
    if (how % 4 == 1) std::reverse(rows.begin(), rows.end());
    if (how % 4 == 2)
        std::rotate(rows.begin(),
                    rows.begin() + static_cast<std::ptrdiff_t>(prng.below(rows.size())),
                    rows.end());
    if (how % 4 != 3) return;
    for (std::size_t i = rows.size(); i > 1; --i)
        std::swap(rows[i - 1], rows[prng.below(i)]);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    FuzzInput input(data, size);
    report::AnalysisOptions options;
    options.outage_run = 1 + input.byte() % 4;
    options.runs = static_cast<report::Runs>(input.byte() % 4);
    const std::uint8_t order = input.byte();
    Prng prng{Key{input.number(), 1}};
    report::Reading reading(options);
    reading.begin_file("gw", "logs/gw");
    Script(input, reading).write();
    Rows& rows = reading.files[0].rows;
    if (rows.empty()) return 0;

    const Rows written = rows;
    std::stable_sort(rows.begin(), rows.end(),
                     [](const auto& a, const auto& b) { return a->row.sent < b->row.sent; });
    const report::Analysis& sorted = reading.read_sorted();
    check_lengths(sorted);
    FUZZ_CHECK(sorted.clock_set_back() == 0);
    const std::string right = told(sorted);
    const std::string right_counts = counts(sorted);

    rows = written;
    put_in_order(rows, order, prng);
    const report::Analysis& other = reading.read();
    check_lengths(other);
    FUZZ_CHECK(reading.steps <= rows.size() * 3);
    if (other.clock_set_back() == 0)
        check_same(told(other), right);
    else
        check_same(counts(other), right_counts);
    return 0;
}
