// Splits the bytes of a CSV file into records and fields (RFC 4180; LF or CRLF line ends; what
// separates the fields is told by each line itself: the first comma, semicolon or tab in it). Knows
// nothing of what the fields mean. No allocation after construction.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace sipping::record {

/// Views are valid until the next call of CsvReader::next() or until the input goes away.
struct CsvRecord {
    static constexpr std::size_t field_limit = 16;

    std::array<std::string_view, field_limit> field;
    std::size_t fields = 0;
    char separator = ',';
    bool ended = true;      ///< false: the file ends without a line end behind it
    std::string_view text;  ///< as in the file, without its line end

    [[nodiscard]] std::span<const std::string_view> all() const noexcept {
        return std::span{field}.first(fields);
    }
};

class CsvReader {
public:
    /// A longer record is no record of ours; so is one of more than CsvRecord::field_limit fields.
    static constexpr std::size_t record_limit = 64 * 1024;

    enum class Status : std::uint8_t {
        record,  ///< `record` is the next one
        more,    ///< what is left is no whole record: call again with what follows it
        bad,     ///< one that cannot be read was passed over, to the end of its line
        torn,    ///< the file ends within quotes
        end,
    };

    /// Takes the next record off the front of `input`. `is_all`: nothing follows after `input`.
    [[nodiscard]] Status next(std::string_view& input, bool is_all, CsvRecord& record) noexcept;

    /// The line on which the last record (or what was bad, or torn) began, from 1.
    [[nodiscard]] std::uint64_t line() const noexcept { return line_; }

private:
    Status pass_over(std::string_view& input, std::size_t size) noexcept;
    Status next_quoted(std::string_view& input, bool is_all, CsvRecord& record) noexcept;
    void find_separator(std::string_view line) noexcept;
    [[nodiscard]] bool split(CsvRecord& record) noexcept;
    [[nodiscard]] bool unquote(CsvRecord& record) noexcept;

    char separator_ = ',';
    std::size_t first_separator_ = 0;  ///< where the last line had it
    std::uint64_t line_ = 0;
    std::uint64_t next_line_ = 1;
    bool passing_over_ = false;  ///< the rest of a record that is too long
    std::unique_ptr<char[]> unquoted_ = std::make_unique_for_overwrite<char[]>(record_limit);
};

}  // namespace sipping::record
