#include "sipping/record/packed_row.hpp"

#include <array>
#include <cstring>
#include <tuple>

namespace sipping::record {
namespace {

constexpr std::size_t text_count = 6;

/// Then the texts, one behind the other. A text is shorter than a record, which is at most 64 KiB.
struct Head {
    WallTime at{};
    std::uint64_t call_id = 0;
    Duration latency{};
    Duration shift{};
    std::uint32_t stream = 0;
    std::uint16_t piece = 0;
    std::uint16_t source_port = 0;
    RowType type{};
    Kind kind{};
    bool answered = false;
    std::array<std::uint32_t, text_count> size{};

    [[nodiscard]] auto order() const noexcept {
        return std::tuple(at, type, call_id, kind, latency, answered, source_port);
    }
    [[nodiscard]] auto place() const noexcept { return std::tuple(stream, piece); }
};
static_assert(std::is_trivially_copyable_v<Head>);

Head head_of(std::string_view packed) noexcept {
    Head head;
    std::memcpy(static_cast<void*>(&head), packed.data(), sizeof head);
    return head;
}

}  // namespace

void pack(const Row& row, std::string_view name, const RowPlace& place, std::string& packed) {
    const std::array<std::string_view, text_count> texts{name,         row.site,   row.host,
                                                         row.response, row.detail, row.kind_word};
    Head head;
    head.at = row.sent + place.shift;
    head.call_id = row.call_id;
    head.latency = row.latency.value_or(Duration::zero());
    head.shift = place.shift;
    head.stream = place.stream;
    head.piece = place.piece;
    head.source_port = row.source_port;
    head.type = row.type;
    head.kind = row.kind;
    head.answered = row.latency.has_value();
    std::size_t size = sizeof head;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        head.size[i] = static_cast<std::uint32_t>(texts[i].size());
        size += texts[i].size();
    }
    packed.resize(size);
    std::memcpy(packed.data(), static_cast<const void*>(&head), sizeof head);
    char* out = packed.data() + sizeof head;
    for (const std::string_view text : texts) {
        if (!text.empty()) std::memcpy(out, text.data(), text.size());
        out += text.size();
    }
}

void unpack(std::string_view packed, Row& row, RowPlace& place) noexcept {
    const Head head = head_of(packed);
    packed.remove_prefix(sizeof head);
    std::array<std::string_view, text_count> texts;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        texts[i] = packed.substr(0, head.size[i]);
        packed.remove_prefix(head.size[i]);
    }
    row = Row{};
    row.type = head.type;
    row.kind = head.kind;
    row.sent = head.at - head.shift;
    if (head.answered) row.latency = head.latency;
    row.call_id = head.call_id;
    row.source_port = head.source_port;
    row.target = texts[0];
    row.site = texts[1];
    row.host = texts[2];
    row.response = texts[3];
    row.detail = texts[4];
    row.kind_word = texts[5];
    place = {.shift = head.shift, .stream = head.stream, .piece = head.piece};
}

bool packed_before(std::string_view a, std::string_view b) noexcept {
    const Head head_a = head_of(a);
    const Head head_b = head_of(b);
    if (head_a.at != head_b.at) return head_a.at < head_b.at;
    const auto order_a = head_a.order();
    const auto order_b = head_b.order();
    if (order_a != order_b) return order_a < order_b;
    // The longer one first: of a row and a copy that was cut at its end, the whole one counts.
    const int texts = a.substr(sizeof(Head)).compare(b.substr(sizeof(Head)));
    return texts != 0 ? texts > 0 : head_a.place() < head_b.place();
}

}  // namespace sipping::record
