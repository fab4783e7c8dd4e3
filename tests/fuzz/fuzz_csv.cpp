// The CSV reader. Any bytes: the same records whatever the chunks, and those of a slow obvious
// reader. And a probe's result of any content: what the row writer writes is read back as it was.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fuzz_check.hpp"
#include "fuzz_input.hpp"
#include "sipping/record/row.hpp"
#include "sipping/record/rows.hpp"

using namespace sipping;

namespace {

using record::CsvReader;
using record::CsvRecord;
using Fields = std::vector<std::string>;

struct Said {
    CsvReader::Status status{};
    std::uint64_t line = 0;
    Fields fields;

    friend bool operator==(const Said&, const Said&) = default;
};

std::vector<Said> read(std::string_view text, std::size_t chunk) {
    CsvReader reader;
    CsvRecord record;
    std::vector<Said> said;
    std::string held;
    for (std::size_t at = 0;;) {
        const std::size_t size = std::min(chunk, text.size() - at);
        held += text.substr(at, size);
        at += size;
        std::string_view input = held;
        for (;;) {
            const CsvReader::Status status = reader.next(input, at == text.size(), record);
            if (status == CsvReader::Status::end) return said;
            if (status == CsvReader::Status::more) break;
            said.push_back({status, reader.line(), {}});
            Said& one = said.back();
            if (status != CsvReader::Status::record) continue;
            for (const std::string_view field : record.all())
                one.fields.emplace_back(field);
            record::Row row;
            static_cast<void>(to_string(read_row(record, row)));
            static_cast<void>(row.detail_of("reason"));
        }
        held = std::string(input);
    }
}

/// What separates the fields of the lines so far: it goes on where the same stands in its place,
/// else it is the first of the three outside of quotes.
struct Separator {
    char is = ',';
    std::size_t at = 0;

    void look_at(const std::string& text) {
        if (at < text.size() && text[at] == is) return;
        bool quoted = false;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '"') quoted = !quoted;
            if (quoted || std::string_view{",;\t"}.find(text[i]) == std::string_view::npos)
                continue;
            is = text[i];
            at = i;
            return;
        }
    }
};

/// One record's text by the letter of RFC 4180; nothing when it breaks it.
std::optional<Fields> split_slowly(const std::string& text, char separator) {
    enum { begin, plain, quoted, closed } where = begin;
    Fields fields(1);
    for (const char c : text) {
        if (where == quoted) {
            if (c == '"')
                where = closed;
            else
                fields.back() += c;
        } else if (c == separator) {
            fields.emplace_back();
            where = begin;
        } else if (c == '"') {
            if (where == plain) return std::nullopt;
            if (where == closed) fields.back() += c;
            where = quoted;
        } else {
            if (where == closed) return std::nullopt;
            fields.back() += c;
            where = plain;
        }
    }
    if (where == quoted || fields.size() > CsvRecord::field_limit) return std::nullopt;
    return fields;
}

/// Whole input, quotes balanced, records short: what the reader must say.
std::optional<std::vector<Said>> read_slowly(const std::string& text) {
    std::vector<Said> said;
    Separator separator;
    std::uint64_t line = 1;
    const std::string_view mark = "\xef\xbb\xbf";  // of UTF-8
    for (std::size_t at = text.starts_with(mark) ? mark.size() : 0; at < text.size();) {
        bool quoted = false;
        std::size_t end = at;
        for (; end < text.size() && (quoted || text[end] != '\n'); ++end)
            if (text[end] == '"') quoted = !quoted;
        if (quoted || end - at > CsvReader::record_limit) return std::nullopt;
        std::string record = text.substr(at, end - at);
        if (record.ends_with('\r')) record.pop_back();
        separator.look_at(record);
        const auto fields = split_slowly(record, separator.is);
        const Said one{fields ? CsvReader::Status::record : CsvReader::Status::bad, line,
                       fields.value_or(Fields{})};
        for (; at < end; ++at)
            line += text[at] == '\n' ? 1U : 0U;
        ++line;
        ++at;
        said.push_back(one);
    }
    return said;
}

void read_anything(std::string_view text) {
    const std::vector<Said> whole = read(text, text.size() + 1);
    for (const std::size_t chunk : {std::size_t{1}, std::size_t{7}, std::size_t{100}})
        if (text.size() < 2000) FUZZ_CHECK(read(text, chunk) == whole);
    if (const auto slow = read_slowly(std::string(text))) FUZZ_CHECK(whole == *slow);
}

std::int32_t utc(std::int64_t) noexcept {
    return 0;
}

void write_and_read_back(FuzzInput input) {
    ProbeResult result;
    result.kind = static_cast<Kind>(input.byte() % kind_count);
    result.mangled = input.byte() & 15;
    result.self = input.byte() & 15;
    result.rx_user = (input.byte() & 1) != 0;
    result.call_id = 1'000'000'000 + input.number() % 9'000'000'000;
    result.source_port = static_cast<std::uint16_t>(input.number());
    result.sent_wall =
        WallTime{1'000'000'000s +
                 Duration{static_cast<std::int64_t>(input.number() % 7'000'000'000'000'000)}};
    result.latency = Duration{static_cast<std::int64_t>(input.number() % 10'000'000'000'000)};
    result.status_line = input.text();
    const std::string_view target = input.text();
    const record::RowContext context{.target_name = target, .host = "192.0.2.1", .site = ""};
    for (const bool classic : {false, true}) {
        TextBuffer line(record::row_size_max);
        record::RowWriter writer(utc, classic);
        FUZZ_CHECK(writer.csv(result, context, line));
        if (line.empty()) continue;  // classic has no further rows
        for (const char c : line.view().substr(0, line.size() - 1))
            FUZZ_CHECK(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
        CsvReader reader;
        CsvRecord record;
        std::string_view text = line.view();
        FUZZ_CHECK(reader.next(text, true, record) == CsvReader::Status::record);
        FUZZ_CHECK(text.empty());
        record::Row row;
        FUZZ_CHECK(read_row(record, row) == record::RowError::ok);
        FUZZ_CHECK(row.sent == std::chrono::floor<std::chrono::microseconds>(result.sent_wall));
        FUZZ_CHECK(row.call_id == result.call_id);
        FUZZ_CHECK(row.latency.has_value() == has_answer(result.kind));
        if (row.latency) FUZZ_CHECK(std::chrono::abs(*row.latency - result.latency) <= 1us);
        if (classic) continue;
        FUZZ_CHECK(row.kind == result.kind && row.is_probe());
        FUZZ_CHECK(row.source_port == result.source_port);
        FUZZ_CHECK(row.detail_of("mangled").has_value() == (result.mangled != 0));
        FUZZ_CHECK(row.detail_of("self").has_value() == (result.self != 0));
        FUZZ_CHECK(!row.response.starts_with('=') && !row.target.starts_with('='));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    read_anything({reinterpret_cast<const char*>(data), size});
    write_and_read_back(FuzzInput(data, size));
    return 0;
}
