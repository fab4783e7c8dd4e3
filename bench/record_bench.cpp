// What a finished probe costs on its way to log and statistics.
#include <benchmark/benchmark.h>

#include <vector>

#include "sipping/base/prng.hpp"
#include "sipping/record/rows.hpp"
#include "sipping/stats/target_stats.hpp"

namespace sipping {
namespace {

std::int32_t two_hours_east(std::int64_t) noexcept {
    return 7200;
}

constexpr record::RowContext context{"sbc1.example.net", "203.0.113.5", ""};

ProbeResult reply() {
    ProbeResult result;
    result.kind = Kind::reply;
    result.call_id = 9437147350;
    result.source_port = 40111;
    result.status = 200;
    result.latency = 37'580us;
    result.sent_wall = WallTime{1'778'803'687s + 230'895us};
    result.from = {*parse_address("203.0.113.5"), 5060};
    result.status_line = "SIP/2.0 200 OK";
    return result;
}

ProbeResult odd_reply() {
    ProbeResult result = reply();
    result.kind = Kind::late;
    result.mangled = mangled_via | mangled_from_tag;
    result.from_elsewhere = true;
    result.rx_user = true;
    result.status_line = "SIP/2.0 503 Busy, \"sorry\" \x1b[31m";
    return result;
}

/// Renders one row after the other, each 10 us after the last, as at 100,000 probes a second.
template <class Render>
void rows(benchmark::State& state, ProbeResult result, Render&& render) {
    record::RowWriter writer(two_hours_east, false);
    TextBuffer out(1 << 16);
    for (auto _ : state) {
        if (out.room() < record::row_size_max) out.clear();
        result.sent_wall += 10us;
        benchmark::DoNotOptimize(render(writer, result, out));
    }
    state.SetItemsProcessed(state.iterations());
}

void csv_row(benchmark::State& state) {
    rows(state, reply(),
         [](auto& writer, auto& result, auto& out) { return writer.csv(result, context, out); });
}
void csv_row_odd(benchmark::State& state) {
    rows(state, odd_reply(),
         [](auto& writer, auto& result, auto& out) { return writer.csv(result, context, out); });
}
void json_row(benchmark::State& state) {
    rows(state, reply(),
         [](auto& writer, auto& result, auto& out) { return writer.json(result, context, out); });
}

std::vector<Duration> latencies() {
    Prng random({1, 2});
    std::vector<Duration> values(4096);
    for (Duration& value : values)
        value = Duration{100'000 + static_cast<int>(random.below(40'000'000))};
    return values;
}

void histogram_record(benchmark::State& state) {
    const std::vector<Duration> values = latencies();
    stats::Histogram histogram;
    std::size_t i = 0;
    for (auto _ : state)
        histogram.record(values[i++ % values.size()]);
    benchmark::DoNotOptimize(histogram);
}

void histogram_quantile(benchmark::State& state) {
    stats::Histogram histogram;
    for (Duration value : latencies())
        histogram.record(value);
    for (auto _ : state)
        benchmark::DoNotOptimize(histogram.quantile(0.99));
}

void target_stats_record(benchmark::State& state) {
    stats::TargetStats stats;
    const ProbeResult result = reply();
    Settled settled;
    for (auto _ : state) {
        stats.on_sent();
        benchmark::DoNotOptimize(stats.on_result(result, {}));
        settled.sent += 10us;
        benchmark::DoNotOptimize(stats.on_settled(settled, {}));
    }
}

BENCHMARK(csv_row);
BENCHMARK(csv_row_odd);
BENCHMARK(json_row);
BENCHMARK(histogram_record);
BENCHMARK(histogram_quantile);
BENCHMARK(target_stats_record);

}  // namespace
}  // namespace sipping

BENCHMARK_MAIN();
