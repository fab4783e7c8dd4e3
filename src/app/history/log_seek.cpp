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

constexpr std::size_t block_size = 16 * 1024;
constexpr int first_rows = 10'000;  // about a megabyte: many a file has no more
constexpr std::uint64_t place_every = 1024 * 1024;
constexpr std::uint64_t places_max = 1024;

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
    const std::uint64_t every = std::max(place_every, size / places_max);
    for (std::uint64_t offset = every; offset < size; offset += every) {
        const auto place = row_behind(fd, size, offset);
        if (place && !goes_on(place->sent)) return false;
    }
    return true;
}

std::uint64_t offset_before(int fd, std::uint64_t size, WallTime at) {
    const WallTime wanted = at - completed_within;
    std::uint64_t low = 0;      // all before it is too early
    std::uint64_t high = size;  // what is from there on may be wanted
    while (high - low > block_size) {
        const std::uint64_t middle = low + (high - low) / 2;
        const auto place = row_behind(fd, size, middle);
        if (place && place->sent < wanted)
            low = std::max(middle, place->offset);
        else
            high = middle;
    }
    return low;
}

}  // namespace sipping::app
