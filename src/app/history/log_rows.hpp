// The rows of one log, piece by piece, and what there is to say of those that are none.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "io/byte_source.hpp"
#include "sipping/record/row.hpp"

namespace sipping::app {

/// What could not be read, the look back goes on without it; and what was read, but is worth a
/// word.
struct Unread {
    static constexpr std::size_t kept_max = 20;
    struct Place {
        std::string file;
        std::uint64_t line = 0;  ///< 0: the file as a whole
        std::string why;
    };
    std::vector<Place> places;  ///< the first ones
    std::uint64_t count = 0;
    std::vector<Place> notes;  ///< likewise; they are no failure
    std::uint64_t note_count = 0;

    void add(const std::string& file, std::uint64_t line, std::string why);
    void note(const std::string& file, std::uint64_t line, std::string why);
};

class LogRows {
public:
    /// `buffer` is used as long as this is.
    LogRows(io::ByteSource& source, std::vector<char>& buffer, const std::string& file,
            Unread& unread)
        : source_(source), buffer_(buffer), file_(file), unread_(unread) {}

    /// True: `row` is the next one.
    bool next(record::Row& row);
    /// Begins in the middle: lines are not counted from the file's begin.
    void starts_at(std::uint64_t offset) noexcept { offset_ = offset; }
    /// A piece was read since the last call: time to show progress, and to look for signals.
    [[nodiscard]] bool take_refilled() noexcept { return std::exchange(refilled_, false); }
    /// A header stood before the last row.
    [[nodiscard]] bool take_header() noexcept { return std::exchange(header_, false); }

private:
    [[nodiscard]] bool read(record::Row& row);
    void look_at_date();
    void refill();
    [[nodiscard]] std::string with_offset(std::string why) const;

    io::ByteSource& source_;
    std::vector<char>& buffer_;
    const std::string& file_;
    Unread& unread_;
    std::string_view text_;
    bool is_all_ = false;
    bool refilled_ = false;
    bool header_ = false;
    std::uint64_t offset_ = 0;
    std::size_t dates_looked_at_ = 0;
    std::size_t fields_ = 0;  ///< of the record before
    std::string response_;    ///< of a classic row before
    record::CsvReader reader_;
    record::CsvRecord record_;
};

}  // namespace sipping::app
