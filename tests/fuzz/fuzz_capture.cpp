// Any frames of any link type, on either side: decoded, put together, joined with probes, judged.
// No byte beyond what there is is read (the sanitizers see to that), what is handed on lies within
// what came in, and no verdict says what the packets do not.
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "fuzz_check.hpp"
#include "fuzz_input.hpp"
#include "sipping/trace/join.hpp"
#include "sipping/trace/unpacker.hpp"
#include "sipping/trace/words.hpp"

using namespace sipping;
using namespace sipping::trace;

namespace {

constexpr WallTime begin{1'800'000'000s};
constexpr std::array links{0, 1,  12, 101, 108, 113, 228, 229, 276, 105,
                           9, 50, 51, 104, 166, 204, 219, 239, 14};
constexpr std::size_t frame_max = 2048;

void add(ProbeBook& book, std::uint64_t call_id, Kind kind, std::optional<Duration> latency) {
    record::Row row;
    row.call_id = call_id;
    row.site = call_id % 2 == 0 ? "site" : "";
    row.kind = kind;
    row.sent = begin;
    row.latency = latency;
    row.target = "gw";
    row.host = "10.0.0.2";
    row.source_port = 40000;
    row.detail = "icmp=host-unreachable;icmp_from=10.0.0.9";
    book.add(row, "file");
}

bool lies_within(std::string_view part, Bytes whole) {
    const auto* from = reinterpret_cast<const std::uint8_t*>(part.data());
    return part.empty() ||
           (from >= whole.data() && from + part.size() <= whole.data() + whole.size());
}

void take(ProbeBook& book, Join& join, Unpacker& unpacker, Side side, const FrameView& frame) {
    const auto packet = unpacker.take(frame);
    FUZZ_CHECK(unpacker.frames().size() <= Fragments::frames_max);
    if (const auto& piece = unpacker.first_piece(); piece && !packet)
        if (const auto part = read_datagram(*piece)) join.take_piece(side, frame.at, *part);
    if (!packet) return;
    FUZZ_CHECK(!packet->fragment && packet->depth < Unpacker::layers_max);
    FUZZ_CHECK(packet->payload.size() <= packet->whole.size());
    // One frame holds no more than its bytes; what was put together is bounded as well.
    FUZZ_CHECK(packet->whole.size() <=
               (unpacker.frames().size() == 1 ? frame.bytes.size() : 2 * Fragments::size_max));
    const auto datagram = read_datagram(*packet);
    if (datagram) {
        FUZZ_CHECK(lies_within(datagram->payload, packet->whole));
        Message message;
        if (read_message(datagram->payload, message)) {
            for (const std::string_view part :
                 {message.fields.call_id, message.fields.via.branch, message.fields.from_tag,
                  message.start_line, message.rest})
                FUZZ_CHECK(lies_within(part, packet->whole));
            FUZZ_CHECK(compare(datagram->payload, datagram->payload).empty());
        }
        if (join.take(side, frame.at, *datagram) != Join::Taken::no_sip) return;
    }
    unpacker.note_unread(*packet);
    book.note_unread(side, packet->source, packet->destination);
}

bool is_answered(const Probe& probe) {
    return probe.far.answer_in_part || probe.near.finals > 0 || probe.far.finals > 0 ||
           probe.near.answer_errors.count > 0 || probe.far.answer_errors.count > 0;
}

void judge_all(const ProbeBook& book, const Coverage& far, const Coverage* near) {
    const Judge judge(book, far, near);
    static_cast<void>(offset_words(Side::far, judge.offset(Side::far)));
    for (const Probe& probe : book.probes()) {
        const Judgement judgement = judge.judge(probe);
        static_cast<void>(detail_words(probe, judgement, near != nullptr));
        switch (judgement.verdict) {
            case Verdict::never_left:
            case Verdict::lost_there: FUZZ_CHECK(!probe.far.any_message()); break;
            case Verdict::unanswered:
                FUZZ_CHECK(probe.far.any_message() && probe.far.finals == 0);
                break;
            case Verdict::misdirected:
                FUZZ_CHECK(probe.far.answer_flow != Flows::none && !probe.far.straight &&
                           !probe.latency);
                break;
            case Verdict::lost_back: FUZZ_CHECK(is_answered(probe) && !probe.latency); break;
            case Verdict::not_received: FUZZ_CHECK(is_answered(probe)); break;
            case Verdict::turned_back:
            case Verdict::rejected:
                FUZZ_CHECK(!is_answered(probe));
                FUZZ_CHECK(probe.kind == Kind::icmp || probe.near.request_errors.count > 0 ||
                           probe.far.request_errors.count > 0);
                break;
            case Verdict::refused:
                FUZZ_CHECK((probe.far.finals > 0 || probe.near.finals > 0) && !probe.latency);
                break;
            case Verdict::too_late: FUZZ_CHECK(probe.latency.has_value()); break;
            case Verdict::answered: FUZZ_CHECK(probe.answered()); break;
            case Verdict::undecided: FUZZ_CHECK(judgement.reason != Reason::none); break;
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    FuzzInput input(data, size);
    ProbeBook book({});
    add(book, 4084673539, Kind::timeout, std::nullopt);
    add(book, 1234567890, Kind::icmp, std::nullopt);
    add(book, 1111111111, Kind::reply, 10ms);
    add(book, 2222222222, Kind::timeout, std::nullopt);
    add(book, 2222222222, Kind::late, 900ms);
    book.finish();
    const bool has_near = input.flag();
    Join join(book, {.has_near = has_near, .drawn = book.probes().data()});
    std::array<Unpacker, 2> unpackers;
    std::array<Coverage, 2> coverage;
    if (input.flag()) coverage[1].add_dropped(begin, begin + 100ms, 1);
    WallTime at = begin;
    while (!input.empty()) {
        const std::uint8_t how = input.byte();
        const Side side = has_near && how % 2 == 0 ? Side::near : Side::far;
        const int link = links[(how / 2) % links.size()];
        at += std::chrono::milliseconds{input.byte()};
        // On the heap, as long as it is: what is beyond it is seen.
        const std::string_view text = input.text(std::min(frame_max, std::size_t{input.number(2)}));
        const std::vector<std::uint8_t> frame(text.begin(), text.end());
        const auto index = static_cast<std::size_t>(side);
        coverage[index].add_file(at, at);
        take(book, join, unpackers[index], side,
             {.at = at, .length = static_cast<std::uint32_t>(size), .link = link, .bytes = frame});
    }
    FUZZ_CHECK(join.events().size() <= Join::events_max);
    judge_all(book, coverage[1], has_near ? &coverage[0] : nullptr);
    return 0;
}
