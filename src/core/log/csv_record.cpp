#include "sipping/log/csv_record.hpp"

#include <algorithm>
#include <cstring>

namespace sipping::log {
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

/// False when there are more fields than a record has room for.
bool split(std::string_view line, CsvRecord& record) noexcept {
    record.fields = 0;
    for (std::size_t begin = 0;;) {
        if (record.fields == CsvRecord::field_limit) return false;
        const std::size_t comma = find(line, ',', begin);
        record.field[record.fields++] = line.substr(begin, comma == none ? none : comma - begin);
        if (comma == none) return true;
        begin = comma + 1;
    }
}

}  // namespace

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
    const std::size_t end = find(input, '\n');
    const std::string_view line = input.substr(0, end == none ? input.size() : end);
    if (find(line, '"') != none) return next_quoted(input, is_all, record);
    if (end == none || end > record_limit) {
        if (line.size() > record_limit) {
            passing_over_ = end == none;
            return pass_over(input, end == none ? input.size() : end + 1);
        }
        if (!is_all) return Status::more;
        record.text = line;
        static_cast<void>(pass_over(input, input.size()));
        return Status::torn;
    }
    record.text = without_return(line);
    input.remove_prefix(end + 1);
    ++next_line_;
    return split(record.text, record) ? Status::record : Status::bad;
}

CsvReader::Status CsvReader::next_quoted(std::string_view& input, bool is_all,
                                         CsvRecord& record) noexcept {
    const auto [end, quoted] = record_end(input.substr(0, record_limit + 1));
    if (end == none && !is_all && input.size() <= record_limit) return Status::more;
    if (end == none) {
        // A quote that is not closed would swallow the rest of the file: only its line is lost.
        const std::size_t line_end = find(input, '\n');
        if ((line_end == none || !quoted) && is_all && input.size() <= record_limit) {
            record.text = input;
            static_cast<void>(pass_over(input, input.size()));
            return Status::torn;
        }
        passing_over_ = line_end == none;
        return pass_over(input, line_end == none ? input.size() : line_end + 1);
    }
    const std::string_view text = without_return(input.substr(0, end));
    static_cast<void>(pass_over(input, end + 1));
    record.text = text;
    return unquote(text, record) ? Status::record : Status::bad;
}

/// A quote may only open a field or close it; within, two stand for one (RFC 4180 section 2).
bool CsvReader::unquote(std::string_view text, CsvRecord& record) noexcept {
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
            if (at != text.size() && text[at] != ',') return false;
        } else {
            for (; at < text.size() && text[at] != ','; ++at) {
                if (text[at] == '"') return false;
                *out++ = text[at];
            }
        }
        record.field[record.fields++] = {begin, static_cast<std::size_t>(out - begin)};
        if (at == text.size()) return true;
        ++at;
    }
}

}  // namespace sipping::log
