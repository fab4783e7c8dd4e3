// Rows for tests of an analysis, told in one line each; times in seconds.
#pragma once

#include <string>
#include <string_view>

#include "reading.hpp"

namespace sipping::report {

inline constexpr std::int64_t rows_start = 1'700'000'000;

/// Reads its rows when one asks for what they tell.
struct Rows : Reading {
    explicit Rows(AnalysisOptions options = {}) : Reading(std::move(options)) {}

    void probe(std::string_view target, double at, Kind kind, double latency_ms = 5,
               std::string_view detail = "", std::string_view site = "") {
        record::Row row;
        row.kind = kind;
        row.sent = moment(at);
        if (has_answer(kind)) {
            row.latency = Duration{static_cast<std::int64_t>(latency_ms * 1e6)};
            row.response = "SIP/2.0 200 OK";
        }
        row.host = host;
        row.target = target;
        row.site = site;
        row.call_id = first_call_id + static_cast<std::uint64_t>(at * 1000);
        row.detail = detail;
        row.kind_word = to_string(kind);
        add(row);
    }
    void gap(std::string_view target, double at, std::string_view detail) {
        record::Row row;
        row.type = record::RowType::gap;
        row.kind_word = "gap";
        row.sent = moment(at);
        row.target = target;
        row.detail = detail;
        add(row);
    }
    static WallTime moment(double at) {
        return WallTime{Duration{std::chrono::seconds{rows_start}} +
                        Duration{static_cast<std::int64_t>(at * 1e9)}};
    }
    std::string_view host = "192.0.2.1";
    std::uint64_t first_call_id = 1'000'000'000;  ///< another prober's are others
};

}  // namespace sipping::report
