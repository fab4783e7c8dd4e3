#include "history/sorted_rows.hpp"

#include <fmt/format.h>

#include <cstring>

#include "sipping/report/fine_times.hpp"
#include "sipping/report/scout.hpp"

namespace sipping::app {

SortedRows::SortedRows(LogInput& input, WallTime from, WallTime to, Progress& progress)
    : rows_(record::packed_before) {
    std::vector<report::Stream> streams = read_logs(input, from, to, progress);
    if (report::grains_differ(streams)) refine_times(streams);
    report::Scout scout(std::move(streams));
    std::string key;
    read([&](const record::Row& row, const record::RowPlace& place) {
        report::write_key(row, {}, key);
        scout.add(row, key, place.stream, place.piece);
    });
    plan_ = scout.finish();
    if (plan_.clock_set_back() > 0) sort_by_shifted_time();
}

std::vector<report::Stream> SortedRows::read_logs(LogInput& input, WallTime from, WallTime to,
                                                  Progress& progress) {
    report::Pieces pieces;
    std::string key;
    std::string packed;
    const LogFile* file = nullptr;
    std::uint64_t rows = 0;
    int parts = 0;
    const auto file_number = [&] {
        return static_cast<std::uint32_t>(file - input.files().data());
    };
    input.read(
        from, to,
        [&](const LogFile& next) {
            file = &next;
            pieces.begin_stream(file_number(), file->log);
            rows = 0;
            parts = 0;
        },
        [&](const record::Row& row) {
            // What stands behind another header was another file once.
            if (input.take_header() && rows > 0)
                pieces.begin_stream(file_number(), fmt::format("{}\n{}", file->path, ++parts));
            ++rows;
            if (row.sent < from || row.sent >= to) return true;
            report::write_key(row, file->name, key);
            const record::RowPlace place{.stream = pieces.stream(),
                                         .piece = pieces.place(row, key)};
            record::pack(row, report::name_of(row, file->name), place, packed);
            rows_.add(packed);
            return true;
        },
        progress);
    return std::move(pieces.streams());
}

void SortedRows::read(const Take& take) {
    record::Row row;
    record::RowPlace place;
    rows_.read([&](std::string_view packed) {
        record::unpack(packed, row, place);
        take(row, place);
        return true;
    });
}

void SortedRows::refine_times(const std::vector<report::Stream>& streams) {
    io::ExternalSort by_call_id([](std::string_view a, std::string_view b) noexcept {
        constexpr std::size_t id = sizeof(std::uint64_t);
        return record::packed_before(a.substr(id), b.substr(id));
    });
    std::string with_id;
    record::Row row;
    record::RowPlace place;
    rows_.read([&](std::string_view packed) {
        record::unpack(packed, row, place);
        with_id.resize(sizeof row.call_id);
        std::memcpy(with_id.data(), &row.call_id, sizeof row.call_id);
        by_call_id.add(with_id.append(packed));
        return true;
    });
    rows_ = io::ExternalSort(record::packed_before);
    report::FineTimes times(streams);
    const auto add = [this](std::string_view packed) { rows_.add(packed); };
    by_call_id.read([&](std::string_view one) {
        times.add(one.substr(sizeof row.call_id), add);
        return true;
    });
    times.finish(add);
}

void SortedRows::sort_by_shifted_time() {
    io::ExternalSort shifted(record::packed_before);
    std::string packed;
    report::RowShifts shifts(plan_);
    read([&](const record::Row& row, record::RowPlace place) {
        place.shift = shifts.next(row, place);
        record::pack(row, row.target, place, packed);
        shifted.add(packed);
    });
    rows_ = std::move(shifted);
}

void SortedRows::tell(report::Analysis& analysis) {
    read([&](const record::Row& row, const record::RowPlace& place) {
        analysis.add_sorted(row, place.stream, place.shift);
    });
}

}  // namespace sipping::app
