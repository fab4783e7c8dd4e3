#include "history/log_seek.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>

#include "sipping/record/row.hpp"

namespace sipping::app {
namespace {

constexpr std::uint64_t block_size = 16 * 1024;
constexpr int first_rows = 10'000;  // about a megabyte: many a file has no more
constexpr std::uint64_t places_max = 65'536;
constexpr std::uint64_t tail_size = 64 * 1024;  // looked at closely: what was appended later
constexpr std::uint64_t tail_step = 2 * 1024;

std::string_view read_block(int fd, std::uint64_t offset, std::array<char, block_size>& block) {
    const ssize_t size = ::pread(fd, block.data(), block.size(), static_cast<off_t>(offset));
    if (size < 0) throw std::runtime_error(std::strerror(errno));
    return {block.data(), static_cast<std::size_t>(size)};
}

struct Place {
    std::uint64_t offset = 0;  ///< of the row's line
    WallTime sent{};
};

/// The first row that begins behind `offset` (or there, at the file's begin). A quoted field with a
/// line end in it may be taken for rows: that has no time, or a wrong one of one line.
std::optional<Place> row_behind(int fd, std::uint64_t size, std::uint64_t offset) {
    std::array<char, block_size> block;
    record::CsvReader reader;
    record::CsvRecord record;
    record::Row row;
    bool at_line = offset == 0;
    while (offset < size) {
        const std::string_view read = read_block(fd, offset, block);
        if (read.empty()) return std::nullopt;
        const bool is_all = offset + read.size() >= size;
        std::string_view text = read;
        if (!at_line) {
            const std::size_t end = text.find('\n');
            if (end == text.npos) {
                offset += text.size();
                continue;
            }
            text.remove_prefix(end + 1);
            at_line = true;
        }
        for (;;) {
            const std::uint64_t at = offset + (read.size() - text.size());
            const auto status = reader.next(text, is_all, record);
            if (status == record::CsvReader::Status::record) {
                if (read_row(record, row) == record::RowError::ok) return Place{at, row.sent};
                continue;
            }
            if (status == record::CsvReader::Status::bad) continue;
            if (status != record::CsvReader::Status::more) return std::nullopt;
            if (at == offset) at_line = false;  // longer than a block: none of ours
            offset = at == offset ? at + read.size() : at;
            break;
        }
    }
    return std::nullopt;
}

/// So many bytes from one place to the next that half of what seeking leaves room for lies between
/// them: a clock that was set back by more cannot hide there.
std::uint64_t place_every(int fd, std::uint64_t size) {
    const auto first = row_behind(fd, size, 0);
    const auto last = row_behind(fd, size, size - std::min(size, block_size));
    const Duration span = first && last ? last->sent - first->sent : Duration::zero();
    const auto places = static_cast<std::uint64_t>(
        std::clamp<std::int64_t>(span / (completed_within / 2), 16, places_max));
    return std::max<std::uint64_t>(size / places, 1);
}

}  // namespace

bool looks_in_order(LogRows& rows, int fd, std::uint64_t size) {
    record::Row row;
    WallTime newest{};
    const auto goes_on = [&](WallTime sent) {
        if (sent < newest - completed_within) return false;
        newest = std::max(newest, sent);
        return true;
    };
    for (int i = 0; i < first_rows && rows.next(row); ++i)
        if (!goes_on(row.sent)) return false;
    if (fd < 0) return true;
    newest = WallTime{};
    const auto places_go_on = [&](std::uint64_t from, std::uint64_t to, std::uint64_t every) {
        for (std::uint64_t offset = from; offset < to; offset += every) {
            const auto place = row_behind(fd, size, offset);
            if (place && !goes_on(place->sent)) return false;
        }
        return true;
    };
    const std::uint64_t tail = size - std::min(size, tail_size);
    return places_go_on(0, tail, place_every(fd, size)) && places_go_on(tail, size, tail_step);
}

std::uint64_t unseen_bytes(int fd, std::uint64_t size) {
    return std::max(place_every(fd, size), block_size);
}

std::uint64_t offset_before(int fd, std::uint64_t size, WallTime at) {
    const WallTime wanted = at - completed_within;
    const std::uint64_t apart = unseen_bytes(fd, size);
    // Of three rows so far apart, one may be of another time: then the one in the middle is not.
    const auto is_too_early = [&](std::uint64_t offset) {
        int early = 0;
        for (const std::uint64_t one : {offset - std::min(offset, apart), offset, offset + apart}) {
            const auto place = row_behind(fd, size, one);
            if (place && place->sent < wanted) ++early;
        }
        return early >= 2;
    };
    std::uint64_t low = 0;      // all before it is too early
    std::uint64_t high = size;  // what is from there on may be wanted
    while (high - low > block_size) {
        const std::uint64_t middle = low + (high - low) / 2;
        if (is_too_early(middle))
            low = middle;
        else
            high = middle;
    }
    const auto place = row_behind(fd, size, low - std::min(low, apart));
    return place ? place->offset : 0;
}

}  // namespace sipping::app
