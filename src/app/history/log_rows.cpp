#include "history/log_rows.hpp"

#include <fmt/format.h>

#include <cstring>

#include "sipping/base/grouped.hpp"
#include "sipping/record/last_row.hpp"

namespace sipping::app {
namespace {

using Status = record::CsvReader::Status;

constexpr std::size_t classic_fields = 6;
constexpr std::size_t dates_max = 1000;  // a program that changes dates changes all

}  // namespace

void Unread::add(const std::string& file, std::uint64_t line, std::string why) {
    ++count;
    if (places.size() < kept_max) places.push_back({file, line, std::move(why)});
}

void Unread::note(const std::string& file, std::uint64_t line, std::string why) {
    ++note_count;
    if (notes.size() < kept_max) notes.push_back({file, line, std::move(why)});
}

bool LogRows::next(record::Row& row) {
    for (;;) {
        switch (reader_.next(text_, is_all_, record_)) {
            case Status::record:
                if (read(row)) return true;
                break;
            case Status::bad:
                unread_.add(file_, reader_.line(), with_offset("no CSV record"));
                break;
            case Status::torn:
                unread_.note(file_, reader_.line(), "the last row is cut off, and left out");
                break;
            case Status::more: refill(); break;
            case Status::end: return false;
        }
    }
}

bool LogRows::read(record::Row& row) {
    const record::RowError error = read_row(record_, row);
    if (error == record::RowError::blank) return false;
    if (error == record::RowError::header) {
        header_ = true;
        fields_ = record_.fields;
        return false;
    }
    const bool whole = record_.ended || (error == record::RowError::ok &&
                                         keep_whole(record_, fields_, response_, row));
    if (!whole) {
        unread_.note(file_, reader_.line(), "the last row is cut off, and left out");
        return false;
    }
    if (error != record::RowError::ok) {
        unread_.add(file_, reader_.line(), with_offset(std::string{to_string(error)}));
        return false;
    }
    fields_ = record_.fields;
    if (fields_ == classic_fields && response_ != row.response) response_ = row.response;
    if (dates_looked_at_ < dates_max) look_at_date();
    return true;
}

void LogRows::look_at_date() {
    ++dates_looked_at_;
    if (!has_changed_date(record_)) return;
    dates_looked_at_ = dates_max;
    unread_.note(file_, reader_.line(),
                 with_offset("column 1 was changed by a spreadsheet; the times of column 2 count"));
}

void LogRows::refill() {
    if (!text_.empty()) std::memmove(buffer_.data(), text_.data(), text_.size());
    std::size_t size = 0;
    try {
        size = source_.read(std::span{buffer_}.subspan(text_.size()));
    } catch (const std::runtime_error& error) {
        unread_.add(file_, reader_.line(),
                    with_offset(fmt::format("{}; read up to there", error.what())));
    }
    is_all_ = size == 0;
    text_ = {buffer_.data(), text_.size() + size};
    refilled_ = true;
}

std::string LogRows::with_offset(std::string why) const {
    if (offset_ > 0) why += fmt::format(" (lines from byte {} on)", grouped(offset_));
    return why;
}

}  // namespace sipping::app
