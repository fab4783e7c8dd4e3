#include "sipping/record/csv_record.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace sipping::record {
namespace {

constexpr std::size_t none = std::string_view::npos;

/// memchr(3), which looks at many bytes at a time.
std::size_t find(std::string_view text, char wanted, std::size_t from = 0) noexcept {
    const void* found = std::memchr(text.data() + from, wanted, text.size() - from);
    return found == nullptr
               ? none
               : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

std::string_view without_return(std::string_view line) noexcept {
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

/// Where a record with quotes ends: at the first line end outside of them; `none` when it does not,
/// and whether it then ends within quotes.
struct RecordEnd {
    std::size_t at = none;
    bool quoted = false;
};
RecordEnd record_end(std::string_view text) noexcept {
    RecordEnd end;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '"') end.quoted = !end.quoted;
        if (text[at] == '\n' && !end.quoted) return {.at = at};
    }
    return end;
}

/// The highest bit of each of eight bytes that is `wanted`.
std::uint64_t where_is(char wanted, const char* bytes) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101;
    constexpr std::uint64_t low_bits = 0x7f7f7f7f7f7f7f7f;
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    // A byte is zero where it is wanted.
    const std::uint64_t other = word ^ ones * static_cast<unsigned char>(wanted);
    return ~(((other & low_bits) + low_bits) | other | low_bits);
}

/// Takes the first of them out, and says which it was.
std::size_t take_first(std::uint64_t& bits) noexcept {
    if constexpr (std::endian::native == std::endian::little) {
        const int bit = std::countr_zero(bits);
        bits &= bits - 1;
        return static_cast<std::size_t>(bit) / 8;
    } else {
        const int bit = std::countl_zero(bits);
        bits &= ~(std::uint64_t{1} << 63 >> bit);
        return static_cast<std::size_t>(bit) / 8;
    }
}

/// What some programs put before UTF-8.
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

}  // namespace

/// The first of the three outside of quotes; without one, that of the line before. Our rows begin
/// with a time of fixed width, so it is mostly where it was.
void CsvReader::find_separator(std::string_view line) noexcept {
    if (first_separator_ < line.size() && line[first_separator_] == separator_) return;
    bool quoted = false;
    for (std::size_t at = 0; at < line.size(); ++at) {
        const char c = line[at];
        if (c == '"') quoted = !quoted;
        if (quoted || (c != ',' && c != ';' && c != '\t')) continue;
        separator_ = c;
        first_separator_ = at;
        return;
    }
}

/// False when there are more fields than a record has room for. Fields are short, so that a call of
/// memchr(3) for each costs more than to look at eight bytes at a time.
bool CsvReader::split(CsvRecord& record) noexcept {
    const std::string_view line = record.text;
    find_separator(line);
    record.separator = separator_;
    record.fields = 0;
    const char* begin = line.data();
    const char* const line_end = begin + line.size();
    std::size_t fields = 0;
    const auto end_field = [&](const char* end) {
        if (fields == CsvRecord::field_limit) return false;
        record.field[fields++] = {begin, static_cast<std::size_t>(end - begin)};
        begin = end + 1;
        return true;
    };
    const char* at = begin;
    for (constexpr std::ptrdiff_t step = 8; line_end - at >= step; at += step)
        for (std::uint64_t found = where_is(separator_, at); found != 0;)
            if (!end_field(at + take_first(found))) return false;
    for (; at < line_end; ++at)
        if (*at == separator_ && !end_field(at)) return false;
    if (!end_field(line_end)) return false;
    record.fields = fields;
    return true;
}

CsvReader::Status CsvReader::pass_over(std::string_view& input, std::size_t size) noexcept {
    next_line_ += static_cast<std::uint64_t>(
        std::count(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size), '\n'));
    input.remove_prefix(size);
    return Status::bad;
}

CsvReader::Status CsvReader::next(std::string_view& input, bool is_all,
                                  CsvRecord& record) noexcept {
    if (passing_over_) {
        const std::size_t end = input.empty() ? none : find(input, '\n');
        static_cast<void>(pass_over(input, end == none ? input.size() : end + 1));
        passing_over_ = end == none;
    }
    if (input.empty()) return is_all ? Status::end : Status::more;
    line_ = next_line_;
    record.ended = true;
    if (line_ == 1) {
        if (!is_all && byte_order_mark.starts_with(input)) return Status::more;
        if (input.starts_with(byte_order_mark)) input.remove_prefix(byte_order_mark.size());
        if (input.empty()) return is_all ? Status::end : Status::more;
    }
    const std::size_t end = find(input, '\n');
    const std::string_view line = input.substr(0, end == none ? input.size() : end);
    if (find(line, '"') != none) return next_quoted(input, is_all, record);
    if (end == none || end > record_limit) {
        if (line.size() > record_limit) {
            passing_over_ = end == none;
            return pass_over(input, end == none ? input.size() : end + 1);
        }
        if (!is_all) return Status::more;
        record.text = without_return(line);
        record.ended = record.text.size() < line.size();
        static_cast<void>(pass_over(input, input.size()));
        return split(record) ? Status::record : Status::bad;
    }
    record.text = without_return(line);
    input.remove_prefix(end + 1);
    ++next_line_;
    return split(record) ? Status::record : Status::bad;
}

CsvReader::Status CsvReader::next_quoted(std::string_view& input, bool is_all,
                                         CsvRecord& record) noexcept {
    const auto [end, quoted] = record_end(input.substr(0, record_limit + 1));
    if (end == none && !is_all && input.size() <= record_limit) return Status::more;
    if (end == none) {
        // A quote that is not closed would swallow the rest of the file: only its line is lost.
        const std::size_t line_end = find(input, '\n');
        const bool is_last = is_all && input.size() <= record_limit;
        if (is_last && (!quoted || line_end == none)) {
            record.text = without_return(input);
            record.ended = record.text.size() < input.size();
            static_cast<void>(pass_over(input, input.size()));
            if (quoted) return Status::torn;
            return unquote(record) ? Status::record : Status::bad;
        }
        passing_over_ = line_end == none;
        return pass_over(input, line_end == none ? input.size() : line_end + 1);
    }
    record.text = without_return(input.substr(0, end));
    static_cast<void>(pass_over(input, end + 1));
    return unquote(record) ? Status::record : Status::bad;
}

/// A quote may only open a field or close it; within, two stand for one (RFC 4180 section 2).
bool CsvReader::unquote(CsvRecord& record) noexcept {
    const std::string_view text = record.text;
    find_separator(text);
    record.separator = separator_;
    char* out = unquoted_.get();
    record.fields = 0;
    for (std::size_t at = 0;;) {
        if (record.fields == CsvRecord::field_limit) return false;
        const char* const begin = out;
        if (at < text.size() && text[at] == '"') {
            for (++at;; ++at) {
                if (at == text.size()) return false;
                if (text[at] == '"' && (++at == text.size() || text[at] != '"')) break;
                *out++ = text[at];
            }
            if (at != text.size() && text[at] != separator_) return false;
        } else {
            for (; at < text.size() && text[at] != separator_; ++at) {
                if (text[at] == '"') return false;
                *out++ = text[at];
            }
        }
        record.field[record.fields++] = {begin, static_cast<std::size_t>(out - begin)};
        if (at == text.size()) return true;
        ++at;
    }
}

}  // namespace sipping::record
