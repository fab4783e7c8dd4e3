#include "sipping/log/row.hpp"

#include <algorithm>
#include <array>

namespace sipping::log {
namespace {

constexpr std::size_t classic_fields = 6;
constexpr std::size_t full_fields = 10;
constexpr std::uint64_t unix_max_s = 9'000'000'000;  // until 2255
constexpr std::array<std::uint64_t, 7> power{1, 10, 100, 1000, 10'000, 100'000, 1'000'000};

/// All of `text`, digits only and at most 19 of them, or nothing.
std::optional<std::uint64_t> digits(std::string_view text) noexcept {
    constexpr std::size_t no_overflow = 19;
    if (text.empty() || text.size() > no_overflow) return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : text) {
        const auto digit = static_cast<unsigned char>(c - '0');
        if (digit > 9) return std::nullopt;
        value = value * 10 + digit;
    }
    return value;
}

/// "123.456" with just `decimals` of them, in units of the last one.
std::optional<std::uint64_t> fixed_point(std::string_view text, std::size_t decimals) noexcept {
    if (text.size() < decimals + 2 || text[text.size() - decimals - 1] != '.') return std::nullopt;
    const auto whole = digits(text.substr(0, text.size() - decimals - 1));
    const auto part = digits(text.substr(text.size() - decimals));
    if (!whole || !part || *whole > unix_max_s) return std::nullopt;
    return *whole * power[decimals] + *part;
}

/// The original prints Python's floats: "1431703128.38", "3", "0.5", any number of decimals. In
/// units of the last of `decimals`; what is finer is cut off.
std::optional<std::uint64_t> python_float(std::string_view text, std::size_t decimals) noexcept {
    const std::size_t point = text.find('.');
    std::array<char, 24> padded;
    const std::string_view whole = text.substr(0, point);
    if (whole.empty() || whole.size() > 12) return std::nullopt;
    char* out = std::copy(whole.begin(), whole.end(), padded.begin());
    std::string_view part = point == text.npos ? std::string_view{} : text.substr(point + 1);
    if (!part.empty() && !digits(part)) return std::nullopt;
    part = part.substr(0, decimals);
    out = std::copy(part.begin(), part.end(), out);
    out = std::fill_n(out, decimals - part.size(), '0');
    return digits({padded.data(), out});
}

/// "15/05/15 08:18:48:383775": the microseconds. Its hours run from 1 to 12, without AM or PM.
std::optional<std::uint64_t> micros_of(std::string_view time) noexcept {
    constexpr std::size_t size = 24;
    if (time.size() != size || time[17] != ':') return std::nullopt;
    return digits(time.substr(18));
}

/// The UNIX column decides, and the microseconds beside it, where they are those of that moment,
/// tell it more precisely than the two decimals of a float.
std::optional<std::uint64_t> sent_by_both(std::string_view time, std::string_view unix) noexcept {
    constexpr std::uint64_t second = 1'000'000;
    constexpr std::uint64_t rounding = 10'000;
    const auto at = python_float(unix, 6);
    if (!at || *at > unix_max_s * second) return std::nullopt;
    const auto micros = micros_of(time);
    if (!micros || *micros >= second || *at < second) return at;
    for (const std::uint64_t whole : {*at / second - 1, *at / second, *at / second + 1}) {
        const std::uint64_t finer = whole * second + *micros;
        if ((finer > *at ? finer - *at : *at - finer) <= rounding) return finer;
    }
    return at;
}

/// Its Python 3 forks print bytes: b'SIP/2.0 200 OK'.
std::string_view without_bytes_marks(std::string_view text) noexcept {
    const bool marked = text.size() >= 3 && text[0] == 'b' && (text[1] == '\'' || text[1] == '"') &&
                        text.back() == text[1];
    return marked ? text.substr(2, text.size() - 3) : text;
}

bool read_call_id(std::string_view text, Row& row) noexcept {
    const std::size_t at = text.find('@');
    const auto number = digits(text.substr(0, at));
    if (!number) return false;
    row.call_id = *number;
    row.site = at == text.npos ? std::string_view{} : text.substr(at + 1);
    return true;
}

bool read_kind(std::string_view text, Row& row) noexcept {
    row.is_gap = text == "gap";
    if (row.is_gap) return true;
    for (int kind = 0; kind < kind_count; ++kind) {
        row.kind = static_cast<Kind>(kind);
        if (text == to_string(row.kind)) return true;
    }
    return false;
}

RowError read_full(const CsvRecord& record, Row& row) noexcept {
    row.target = record.field[6];
    const std::string_view port = record.field[7];
    const auto number = port.empty() ? std::optional<std::uint64_t>{0} : digits(port);
    if (!number || *number > 65535) return RowError::source_port;
    row.source_port = static_cast<std::uint16_t>(*number);
    row.detail = record.field[9];
    return read_kind(record.field[8], row) ? RowError::ok : RowError::kind;
}

}  // namespace

std::string_view to_string(RowError error) noexcept {
    static constexpr std::array<std::string_view, 9> words{"ok",
                                                           "the header",
                                                           "an empty line",
                                                           "not 6 or 10 fields",
                                                           "no UNIX time in column 2",
                                                           "no latency in column 4",
                                                           "no Call-ID in column 5",
                                                           "no port in column 8",
                                                           "unknown kind in column 9"};
    return words[static_cast<std::size_t>(error)];
}

std::optional<WallTime> unix_time(std::string_view text) noexcept {
    const auto micros = fixed_point(text, 6);
    if (!micros) return std::nullopt;
    return WallTime{std::chrono::microseconds{*micros}};
}

RowError read_row(const CsvRecord& record, Row& row) noexcept {
    if (record.fields == 1 && record.field[0].empty()) return RowError::blank;
    if (record.fields != classic_fields && record.fields != full_fields) return RowError::fields;
    if (record.field[1] == "timestamp") return RowError::header;
    row = Row{};
    const bool classic = record.fields == classic_fields;
    const auto sent_us =
        classic ? sent_by_both(record.field[0], record.field[1]) : fixed_point(record.field[1], 6);
    if (!sent_us) return RowError::timestamp;
    row.sent = WallTime{std::chrono::microseconds{*sent_us}};
    row.host = record.field[2];
    if (!classic)
        if (const RowError error = read_full(record, row); error != RowError::ok) return error;
    if (row.is_gap) return RowError::ok;
    const bool dropped = record.field[3] == "drop";
    if (classic) row.kind = dropped ? Kind::timeout : Kind::reply;
    if (dropped == has_answer(row.kind)) return RowError::latency;
    if (!dropped) {
        const auto latency_us =
            classic ? python_float(record.field[3], 3) : fixed_point(record.field[3], 3);
        if (!latency_us) return RowError::latency;
        row.latency = std::chrono::microseconds{*latency_us};
        row.response = classic ? without_bytes_marks(record.field[5]) : record.field[5];
    }
    return read_call_id(record.field[4], row) ? RowError::ok : RowError::call_id;
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

}  // namespace sipping::log
