#include "io/text_source.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace sipping::io {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t head_size = 4096;
constexpr std::size_t piece_size = 64 * 1024;

enum class Form : std::uint8_t { as_it_is, cr_lines, utf16_little, utf16_big };

/// Of UTF-16 without a mark the first two letters tell: those of a time or a header are ASCII.
Form form_of(std::string_view head) noexcept {
    if (head.starts_with("\xff\xfe")) return Form::utf16_little;
    if (head.starts_with("\xfe\xff")) return Form::utf16_big;
    if (head.size() >= 4 && head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0)
        return Form::utf16_little;
    if (head.size() >= 4 && head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0)
        return Form::utf16_big;
    const bool cr_only = head.find('\r') != head.npos && head.find('\n') == head.npos;
    return cr_only ? Form::cr_lines : Form::as_it_is;
}

void append_utf8(std::string& out, std::uint32_t c) {
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    const auto rest = [&](int shift) { put(0x80 | (c >> shift & 0x3f)); };
    if (c < 0x80) return put(c);
    if (c < 0x800) {
        put(0xc0 | c >> 6);
    } else if (c < 0x10000) {
        put(0xe0 | c >> 12);
        rest(6);
    } else {
        put(0xf0 | c >> 18);
        rest(12);
        rest(6);
    }
    rest(0);
}

/// Bytes of UTF-16 as UTF-8; half a character waits for its rest, half a pair becomes U+FFFD.
class Utf16 {
public:
    explicit Utf16(bool big) noexcept : big_(big) {}

    void decode(std::string_view bytes, std::string& out) {
        for (const char c : bytes) {
            const auto byte = static_cast<std::uint8_t>(c);
            if (!half_) {
                half_ = byte;
                continue;
            }
            const std::uint32_t unit = big_ ? *half_ << 8 | byte : byte << 8 | *half_;
            half_.reset();
            take(unit, out);
        }
    }

private:
    void take(std::uint32_t unit, std::string& out) {
        constexpr std::uint32_t mark = 0xfeff;
        constexpr std::uint32_t replacement = 0xfffd;
        const std::uint32_t high = std::exchange(high_, 0);
        const bool is_low = unit >= 0xdc00 && unit < 0xe000;
        if (high != 0 && is_low)
            return append_utf8(out, 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
        if (high != 0) append_utf8(out, replacement);
        if (unit >= 0xd800 && unit < 0xdc00)
            high_ = unit;
        else if (is_low)
            append_utf8(out, replacement);
        else if (unit != mark)
            append_utf8(out, unit);
    }

    bool big_;
    std::optional<std::uint8_t> half_;
    std::uint32_t high_ = 0;
};

class Text final : public ByteSource {
public:
    explicit Text(std::unique_ptr<ByteSource> bytes) : bytes_(std::move(bytes)) {
        size_ = bytes_->size();
        read_head();
        if (const std::string_view kind = foreign_kind(ready_); !kind.empty())
            throw std::runtime_error(std::string{kind});
        form_ = form_of(ready_);
        utf16_ = Utf16{form_ == Form::utf16_big};
        if (form_ == Form::as_it_is) return;
        const std::string head = std::exchange(ready_, {});
        recode(head);
    }

    std::size_t read(std::span<char> space) override {
        while (taken_ == ready_.size()) {
            if (form_ == Form::as_it_is) return bytes_->read(space);
            ready_.clear();
            taken_ = 0;
            piece_.resize(piece_size);
            const std::size_t size = bytes_->read(piece_);
            if (size == 0) return 0;
            recode({piece_.data(), size});
        }
        const std::size_t size = std::min(space.size(), ready_.size() - taken_);
        std::memcpy(space.data(), ready_.data() + taken_, size);
        taken_ += size;
        return size;
    }
    std::uint64_t position() const noexcept override { return bytes_->position(); }
    int plain_fd() const noexcept override {
        return form_ == Form::as_it_is ? bytes_->plain_fd() : -1;
    }
    void seek(std::uint64_t offset) override {
        ready_.clear();
        taken_ = 0;
        bytes_->seek(offset);
    }

private:
    /// Up to its first line end, which what is no text need not have.
    void read_head() {
        ready_.resize(head_size);
        std::size_t size = 0;
        while (size < head_size) {
            const std::size_t got = bytes_->read(std::span{ready_}.subspan(size));
            if (got == 0) break;
            size += got;
            if (size >= kind_head_size && ready_.find('\n') < size) break;
        }
        ready_.resize(size);
    }
    void recode(std::string_view bytes) {
        if (form_ != Form::cr_lines) return utf16_.decode(bytes, ready_);
        ready_ = bytes;
        std::ranges::replace(ready_, '\r', '\n');
    }

    std::unique_ptr<ByteSource> bytes_;
    Form form_ = Form::as_it_is;
    Utf16 utf16_{false};
    std::string ready_;  ///< from taken_ on
    std::size_t taken_ = 0;
    std::vector<char> piece_;
};

struct Kind {
    std::string_view begin;
    std::string_view words;
    std::size_t at = 0;
};

}  // namespace

std::string_view foreign_kind(std::string_view head) noexcept {
    static constexpr std::array kinds = std::to_array<Kind>({
        {"\xfd"
         "7zXZ\0"sv,
         "an xz file: unpack it first (xz -d)"},
        {"BZh"sv, "a bzip2 file: unpack it first (bzip2 -d)"},
        {"\x04\x22\x4d\x18"sv, "an lz4 file: unpack it first (lz4 -d)"},
        {"\x02\x21\x4c\x18"sv, "an lz4 file: unpack it first (lz4 -d)"},
        {"LZIP"sv, "an lzip file: unpack it first (lzip -d)"},
        {"\x5d\0\0"sv, "an lzma file: unpack it first (xz -d --format=lzma)"},
        {"\x89LZO"sv, "an lzop file: unpack it first (lzop -d)"},
        {"\x1f\x9d"sv, "a file of compress (.Z): unpack it first (gzip -d)"},
        {"\xff\x06\0\0sNaPpY"sv, "a snappy file: unpack it first"},
        {"PK\x03\x04"sv,
         "a zip file: unpack it first (a spreadsheet, .xlsx or .ods, is one: save "
         "it as CSV)"},
        {"PK\x05\x06"sv, "an empty zip file"},
        {"7z\xbc\xaf\x27\x1c"sv, "a 7z file: unpack it first"},
        {"Rar!"sv, "a rar file: unpack it first"},
        {"\xd0\xcf\x11\xe0"sv, "an old spreadsheet (.xls): save it as CSV"},
        {"ustar"sv, "a tar archive: unpack it first (tar -x)", 257},
        {"\xd4\xc3\xb2\xa1"sv, "a capture, no log"},
        {"\xa1\xb2\xc3\xd4"sv, "a capture, no log"},
        {"\x4d\x3c\xb2\xa1"sv, "a capture, no log"},
        {"\xa1\xb2\x3c\x4d"sv, "a capture, no log"},
        {"\x0a\x0d\x0d\x0a"sv, "a capture, no log"},
        {"SQLite format 3"sv, "an SQLite database, no log"},
        {"PAR1"sv, "a parquet file, no log"},
        {"%PDF"sv, "a PDF file, no log"},
        {"\x7f"
         "ELF"sv,
         "a program, no log"},
        {"<"sv, "HTML or XML, no log"},
        {"{"sv, "JSON, no log (--json is for other programs, the CSV is the log)"},
        {"\xff\xfe\0\0"sv, "UTF-32 text: save it as UTF-8"},
        {"\0\0\xfe\xff"sv, "UTF-32 text: save it as UTF-8"},
    });
    for (const Kind& kind : kinds)
        if (head.size() >= kind.at && head.substr(kind.at).starts_with(kind.begin))
            return kind.words;
    return {};
}

std::unique_ptr<ByteSource> text_of(std::unique_ptr<ByteSource> bytes) {
    return std::make_unique<Text>(std::move(bytes));
}

}  // namespace sipping::io
