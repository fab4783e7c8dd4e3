// Logs in memory, read as `sipping report` reads files: as they were written, or sorted with a
// plan.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "sipping/record/packed_row.hpp"
#include "sipping/report/analysis.hpp"
#include "sipping/report/fine_times.hpp"
#include "sipping/report/scout.hpp"

namespace sipping::report {

/// A row with a life of its own.
struct OwnRow {
    record::Row row;
    bool header = false;  ///< a header stands before it
    std::deque<std::string> texts;

    OwnRow(const record::Row& from, bool header_before) : row(from), header(header_before) {
        for (std::string_view* text :
             {&row.host, &row.site, &row.response, &row.target, &row.detail, &row.kind_word})
            *text = texts.emplace_back(*text);
    }
};

struct LogText {
    std::string name;
    std::string log;
    std::vector<std::shared_ptr<OwnRow>> rows;
};

class Reading {
public:
    explicit Reading(AnalysisOptions options) : options_(std::move(options)) {}

    void begin_file(std::string name, std::string log) {
        files.push_back({std::move(name), std::move(log), {}});
    }
    void add(const record::Row& row, bool header = false) {
        files.back().rows.push_back(std::make_shared<OwnRow>(row, header));
    }

    /// As the command does it; valid as long as this is.
    const Analysis& read() {
        sorted = false;
        steps = 0;
        analysis_ = std::make_unique<Analysis>(options_);
        for (const LogText& file : files) {
            analysis_->begin_file(file.name, file.log);
            for (const auto& one : file.rows)
                ++steps, analysis_->add(one->row);
        }
        if (!analysis_->needs_sorting()) analysis_->finish();
        return analysis_->needs_sorting() ? read_sorted() : *analysis_;
    }
    const Analysis& read_sorted() {
        sorted = true;
        std::vector<std::string> packed = pack_all();
        const auto each = [&](const auto& take) {
            std::ranges::sort(packed, record::packed_before);
            record::Row row;
            record::RowPlace place;
            for (const std::string& one : packed) {
                record::unpack(one, row, place);
                ++steps;
                take(row, place);
            }
        };
        if (grains_differ(pieces_.streams())) refine_times(packed);
        Scout scout(std::move(pieces_.streams()));
        std::string key;
        each([&](const record::Row& row, const record::RowPlace& place) {
            write_key(row, {}, key);
            scout.add(row, key, place.stream, place.piece);
        });
        plan_ = scout.finish();
        RowShifts shifts(plan_);
        for (std::string& one : packed) {
            record::Row row;
            record::RowPlace place;
            const std::string before = one;
            record::unpack(before, row, place);
            place.shift = shifts.next(row, place);
            record::pack(row, row.target, place, one);
        }
        analysis_ = std::make_unique<Analysis>(options_, &plan_);
        each([&](const record::Row& row, const record::RowPlace& place) {
            analysis_->add_sorted(row, place.stream, place.shift);
        });
        analysis_->finish();
        return *analysis_;
    }

    std::vector<LogText> files;
    bool sorted = false;      ///< the last reading was
    std::uint64_t steps = 0;  ///< rows that it handed on, in all passes

private:
    void refine_times(std::vector<std::string>& packed) {
        const auto id_of = [](std::string_view one) {
            record::Row row;
            record::RowPlace place;
            record::unpack(one, row, place);
            return row.call_id;
        };
        std::ranges::sort(packed, [&](const auto& a, const auto& b) {
            return id_of(a) != id_of(b) ? id_of(a) < id_of(b) : record::packed_before(a, b);
        });
        FineTimes times(pieces_.streams());
        std::vector<std::string> fine;
        const auto add = [&](const std::string& one) { fine.push_back(one); };
        for (const std::string& one : packed)
            times.add(one, add);
        times.finish(add);
        packed = std::move(fine);
    }
    std::vector<std::string> pack_all() {
        pieces_ = {};
        std::vector<std::string> all;
        std::string key;
        for (std::size_t i = 0; i < files.size(); ++i) {
            const LogText& file = files[i];
            const auto number = static_cast<std::uint32_t>(i);
            pieces_.begin_stream(number, file.log);
            for (std::size_t k = 0; k < file.rows.size(); ++k) {
                const record::Row& row = file.rows[k]->row;
                if (k > 0 && file.rows[k]->header)
                    pieces_.begin_stream(number, file.log + '\n' + std::to_string(k));
                write_key(row, file.name, key);
                const record::RowPlace place{.stream = pieces_.stream(),
                                             .piece = pieces_.place(row, key)};
                record::pack(row, name_of(row, file.name), place, all.emplace_back());
            }
        }
        return all;
    }

    AnalysisOptions options_;
    Pieces pieces_;
    Plan plan_;
    std::unique_ptr<Analysis> analysis_;
};

}  // namespace sipping::report
