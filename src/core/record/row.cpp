#include "sipping/record/row.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

namespace sipping::record {
namespace {

constexpr std::size_t classic_fields = 6;
constexpr std::size_t full_fields = 10;
constexpr std::uint64_t unix_max_s = 9'000'000'000;  // until 2255
constexpr std::array<std::uint64_t, 7> power{1, 10, 100, 1000, 10'000, 100'000, 1'000'000};

/// Instead of a number. It goes through a register, which an optional does not.
constexpr std::uint64_t no_number = UINT64_MAX;

constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// Reads digits, several at once: most of what a log says are numbers.
class Digits {
public:
    /// `Word` has room for as many characters as are taken.
    template <class Word>
    void take(const char* text) noexcept {
        constexpr auto ones = static_cast<Word>(0x0101010101010101);
        const auto word = load<Word>(text);
        const auto values = static_cast<Word>(word - ones * '0');
        // Below '0' the subtraction borrows, above '9' the addition carries into the highest bit.
        const auto carried = static_cast<Word>(values + ones * (0x7f - 9));
        bad_ |= static_cast<Word>((values | carried | word) & static_cast<Word>(ones * 0x80));
        value_ = value_ * power(sizeof word) + together(values);
    }
    [[nodiscard]] std::uint64_t value() const noexcept { return bad_ == 0 ? value_ : no_number; }

private:
    static constexpr std::uint64_t power(std::size_t digits) noexcept {
        std::uint64_t value = 1;
        for (std::size_t i = 0; i < digits; ++i)
            value *= 10;
        return value;
    }
    /// The first character becomes the lowest byte.
    template <class Word>
    static Word load(const char* text) noexcept {
        Word word = 0;
        if constexpr (std::endian::native == std::endian::little) {
            std::memcpy(&word, text, sizeof word);
        } else {
            for (std::size_t i = 0; i < sizeof word; ++i)
                word |= static_cast<Word>(Word{static_cast<unsigned char>(text[i])} << 8 * i);
        }
        return word;
    }
    template <class Word>
    static std::uint64_t together(Word values) noexcept {
        std::uint64_t sum = values;
        if constexpr (sizeof values >= 2) sum = (sum * 10 + (sum >> 8)) & 0x00ff00ff00ff00ff;
        if constexpr (sizeof values >= 4) sum = (sum * 100 + (sum >> 16)) & 0x0000ffff0000ffff;
        if constexpr (sizeof values >= 8) sum = (sum * 10'000 + (sum >> 32)) & 0xffffffff;
        return sum;
    }

    std::uint64_t bad_ = 0;
    std::uint64_t value_ = 0;
};

/// All of `text`, digits only and at most 19 of them, or no_number.
inline std::uint64_t digits(std::string_view text) noexcept {
    constexpr std::size_t no_overflow = 19;
    const std::size_t size = text.size();
    if (size == 0 || size > no_overflow) return no_number;
    Digits digits;
    const char* at = text.data();
    for (std::size_t eights = size / 8; eights > 0; --eights, at += 8)
        digits.take<std::uint64_t>(at);
    if ((size & 4) != 0) digits.take<std::uint32_t>(std::exchange(at, at + 4));
    if ((size & 2) != 0) digits.take<std::uint16_t>(std::exchange(at, at + 2));
    if ((size & 1) != 0) digits.take<std::uint8_t>(at);
    return digits.value();
}

/// "123.456" with just `decimals` of them, in units of the last one: as our logs have it.
inline std::uint64_t fixed_point(std::string_view text, std::size_t decimals) noexcept {
    if (text.size() < decimals + 2 || text[text.size() - decimals - 1] != '.') return no_number;
    const std::uint64_t whole = digits(text.substr(0, text.size() - decimals - 1));
    const std::uint64_t part = digits(text.substr(text.size() - decimals));
    if (whole > unix_max_s || part == no_number) return no_number;
    return whole * power[decimals] + part;
}

/// "1431703128.38", "3", "5.2819999999999999998", "12,18": any number of decimals, rounded to units
/// of the last of `decimals`.
std::uint64_t decimal(std::string_view text, std::size_t decimals, char separator) noexcept {
    std::size_t point = text.find('.');
    if (point == text.npos && separator != ',') point = text.find(',');
    std::uint64_t value = digits(text.substr(0, point));
    if (value > unix_max_s) return no_number;
    const std::string_view part = point == text.npos ? std::string_view{} : text.substr(point + 1);
    if (!std::ranges::all_of(part, is_digit)) return no_number;
    for (std::size_t i = 0; i < decimals; ++i)
        value = value * 10 + (i < part.size() ? static_cast<std::uint64_t>(part[i] - '0') : 0);
    const bool round_up = part.size() > decimals && part[decimals] >= '5';
    return value + (round_up ? 1 : 0);
}

std::uint64_t number(std::string_view text, std::size_t decimals, char separator) noexcept {
    const std::uint64_t exact = fixed_point(text, decimals);
    return exact != no_number ? exact : decimal(text, decimals, separator);
}

/// "4.07908E+09", "4,07908E+09"
bool is_scientific(std::string_view text) noexcept {
    const std::size_t e = text.find_first_of("Ee");
    if (e == 0 || e == text.npos) return false;
    std::string_view power_of_ten = text.substr(e + 1);
    if (power_of_ten.starts_with('+') || power_of_ten.starts_with('-'))
        power_of_ten.remove_prefix(1);
    return std::ranges::all_of(text.substr(0, e),
                               [](char c) { return is_digit(c) || c == '.' || c == ','; }) &&
           digits(power_of_ten) != no_number;
}

/// "2026-11-27", "27/11/2026 17:20", "12. Mar"
bool is_date(std::string_view text) noexcept {
    return !text.empty() && is_digit(text.front()) && text.find_first_of("/-: ") != text.npos;
}

/// What a spreadsheet makes of a number.
bool looks_changed(std::string_view text) noexcept {
    return is_scientific(text) || is_date(text);
}

constexpr std::uint64_t second = 1'000'000;  // in microseconds
constexpr std::uint64_t minute = 60 * second;

/// "15/05/15 08:18:48:383775": the microseconds of the minute. Its hours run from 1 to 12, without
/// AM or PM, and zones are whole minutes from UTC.
std::uint64_t micros_of_minute(std::string_view time) noexcept {
    constexpr std::size_t size = 24;
    if (time.size() != size || time[14] != ':' || time[17] != ':') return no_number;
    const std::uint64_t seconds = digits(time.substr(15, 2));
    const std::uint64_t micros = digits(time.substr(18));
    return seconds < 60 && micros < second ? seconds * second + micros : no_number;
}

/// By how much a time may be off that has lost decimals. Two are what a float of Python 2 has left.
std::uint64_t rounding_of(std::string_view unix) noexcept {
    const std::size_t point = unix.find_first_of(".,");
    const std::size_t decimals = point == unix.npos ? 0 : unix.size() - point - 1;
    return decimals == 0 ? second : decimals == 1 ? second / 10 : second / 100;
}

/// The UNIX column decides, and the time beside it, where it is that of this moment, tells it more
/// precisely than a few decimals.
std::uint64_t sent_by_both(std::string_view time, std::string_view unix, char separator) noexcept {
    const std::uint64_t at = decimal(unix, 6, separator);
    const std::uint64_t micros = micros_of_minute(time);
    if (at == no_number || micros == no_number || at < minute) return at;
    for (const std::uint64_t whole : {at / minute - 1, at / minute, at / minute + 1}) {
        const std::uint64_t finer = whole * minute + micros;
        if ((finer > at ? finer - at : at - finer) <= rounding_of(unix)) return finer;
    }
    return at;
}

/// Its Python 3 forks print bytes: b'SIP/2.0 200 OK'.
std::string_view without_bytes_marks(std::string_view text) noexcept {
    const bool marked = text.size() >= 3 && text[0] == 'b' && (text[1] == '\'' || text[1] == '"') &&
                        text.back() == text[1];
    return marked ? text.substr(2, text.size() - 3) : text;
}

/// Also "2687223626.0", as programs write it that keep a column with holes as floats.
bool read_call_id(std::string_view text, Row& row) noexcept {
    const std::size_t at = text.find('@');
    std::string_view part = text.substr(0, at);
    if (at == text.npos && part.ends_with(".0")) part.remove_suffix(2);
    const std::uint64_t number = digits(part);
    if (number == no_number) return false;
    row.call_id = number;
    row.site = at == text.npos ? std::string_view{} : text.substr(at + 1);
    return true;
}

/// Lower case words joined by '-', as all kinds are.
bool is_kind_word(std::string_view text) noexcept {
    return !text.empty() &&
           std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

bool read_kind(std::string_view text, Row& row) noexcept {
    row.kind_word = text;
    for (int kind = 0; kind < kind_count; ++kind) {
        row.kind = static_cast<Kind>(kind);
        if (text == to_string(row.kind)) return true;
    }
    row.kind = {};
    row.type = text == "gap" ? RowType::gap : text == "unread" ? RowType::unread : RowType::other;
    return is_kind_word(text);
}

RowError read_full(const CsvRecord& record, Row& row) noexcept {
    row.target = record.field[6];
    std::string_view port = record.field[7];
    if (port.ends_with(".0")) port.remove_suffix(2);
    const std::uint64_t number = port.empty() ? 0 : digits(port);
    if (number > 65535) return RowError::source_port;
    row.source_port = static_cast<std::uint16_t>(number);
    row.detail = record.field[9];
    return read_kind(record.field[8], row) ? RowError::ok : RowError::kind;
}

}  // namespace

std::string_view to_string(RowError error) noexcept {
    static constexpr std::array<std::string_view, 12> words{
        "ok",
        "the header",
        "an empty line",
        "not 6 or 10 fields",
        "no UNIX time in column 2",
        "no latency in column 4",
        "no Call-ID in column 5",
        "no port in column 8",
        "no kind in column 9",
        "changed by a spreadsheet: the time in column 2 is no number any more",
        "changed by a spreadsheet: the latency in column 4 is no number any more",
        "changed by a spreadsheet: the Call-ID in column 5 has lost digits"};
    return words[static_cast<std::size_t>(error)];
}

std::optional<WallTime> unix_time(std::string_view text) noexcept {
    const std::uint64_t micros = fixed_point(text, 6);
    if (micros == no_number) return std::nullopt;
    return WallTime{std::chrono::microseconds{micros}};
}

namespace {

/// Spreadsheets may fill rows up to the longest one.
bool is_full(const CsvRecord& record) noexcept {
    if (record.fields < full_fields) return false;
    return std::ranges::all_of(record.all().subspan(full_fields),
                               [](std::string_view field) { return field.empty(); });
}

RowError read_time(const CsvRecord& record, Row& row) noexcept {
    std::uint64_t sent_us = fixed_point(record.field[1], 6);
    if (sent_us == no_number)
        sent_us = sent_by_both(record.field[0], record.field[1], record.separator);
    if (sent_us == no_number)
        return looks_changed(record.field[1]) ? RowError::changed_timestamp : RowError::timestamp;
    row.sent = WallTime{std::chrono::microseconds{sent_us}};
    return RowError::ok;
}

RowError read_outcome(const CsvRecord& record, Row& row) noexcept {
    const std::string_view latency = record.field[3];
    const bool dropped = latency == "drop";
    if (dropped == has_answer(row.kind)) return RowError::latency;
    if (!dropped) {
        const std::uint64_t latency_us = number(latency, 3, record.separator);
        if (latency_us == no_number)
            return looks_changed(latency) ? RowError::changed_latency : RowError::latency;
        row.latency = std::chrono::microseconds{latency_us};
        row.response = without_bytes_marks(record.field[5]);
    }
    if (read_call_id(record.field[4], row)) return RowError::ok;
    return is_scientific(record.field[4]) ? RowError::changed_call_id : RowError::call_id;
}

}  // namespace

RowError read_row(const CsvRecord& record, Row& row) noexcept {
    if (record.fields == 1 && record.field[0].empty()) return RowError::blank;
    const bool classic = record.fields == classic_fields;
    if (!classic && !is_full(record)) {
        const bool hint = record.text.starts_with("sep=");  // the first line of some spreadsheets
        return hint ? RowError::header : RowError::fields;
    }
    if (record.field[1] == "timestamp") return RowError::header;
    row = Row{};
    if (const RowError error = read_time(record, row); error != RowError::ok) return error;
    row.host = record.field[2];
    if (classic)
        row.kind = record.field[3] == "drop" ? Kind::timeout : Kind::reply;
    else if (const RowError error = read_full(record, row); error != RowError::ok)
        return error;
    return row.is_probe() ? read_outcome(record, row) : RowError::ok;
}

bool has_changed_date(const CsvRecord& record) noexcept {
    const std::string_view time = record.field[0];
    constexpr std::size_t size = 24;
    const bool ours = time.size() == size && time[2] == '/' && time[5] == '/' && time[8] == ' ' &&
                      time[17] == ':';
    if (ours) return false;
    constexpr std::size_t shortest_date = 8;
    return time.size() >= shortest_date && is_date(time);
}

std::optional<std::string_view> Row::detail_of(std::string_view key) const noexcept {
    for (std::string_view rest = detail; !rest.empty();) {
        const std::string_view pair = rest.substr(0, rest.find(';'));
        rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
        if (pair.size() > key.size() && pair.starts_with(key) && pair[key.size()] == '=')
            return pair.substr(key.size() + 1);
    }
    return std::nullopt;
}

}  // namespace sipping::record
