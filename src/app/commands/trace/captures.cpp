#include "commands/trace/captures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "history/log_input.hpp"
#include "history/look_back.hpp"
#include "io/clock.hpp"
#include "sipping/base/grouped.hpp"
#include "text/message.hpp"

namespace sipping::app {
namespace {

constexpr std::uint64_t look_every = 8192;  // packets between looks at the clock
constexpr auto npos = std::string_view::npos;

std::string_view name_of(trace::Side side) noexcept {
    return side == trace::Side::far ? "far" : "near";
}

}  // namespace

TraceCaptures::TraceCaptures(const config::TraceConfig& config, std::vector<std::string> inputs) {
    for (const std::string& path : config.far)
        open(path, trace::Side::far);
    for (const std::string& path : config.near)
        open(path, trace::Side::near);
    if (config.write_pcap.empty()) return;
    for (const auto* captures : {&config.far, &config.near})
        inputs.insert(inputs.end(), captures->begin(), captures->end());
    refuse_input("--write-pcap", config.write_pcap, inputs);
    open_writer(config.write_pcap);
}

/// A pcap file has one link type; interfaces of a pcapng file may still come.
void TraceCaptures::open_writer(const std::string& path) {
    std::set<int> links;
    bool any_pcapng = false;
    for (const Source& source : sources_) {
        links.insert(source.file->reader().links().begin(), source.file->reader().links().end());
        any_pcapng = any_pcapng || source.file->is_pcapng();
    }
    const bool one = links.size() == 1 && !any_pcapng;
    writer_ = std::make_unique<capture::CaptureWriter>(
        path, one ? std::optional{*links.begin()} : std::nullopt);
}

void TraceCaptures::open(const std::string& path, trace::Side side) {
    std::unique_ptr<capture::CaptureFile> file;
    try {
        file = std::make_unique<capture::CaptureFile>(path, interrupted);
    } catch (const std::runtime_error& error) {
        throw UsageError(error.what());
    }
    const std::set<int>& links = file->reader().links();
    if (!links.empty() && std::ranges::none_of(links, trace::reads_link))
        throw UsageError(
            fmt::format("{}: {} is not read (Ethernet, Linux cooked, raw IP, BSD "
                        "loopback, PPP are)",
                        file->path(), trace::link_words(*links.begin())));
    sources_.push_back({.file = file.get(), .side = side});
    merge_.add(std::move(file), static_cast<int>(sources_.size()) - 1);
}

void TraceCaptures::read(trace::ProbeBook& book, trace::Join& join, Progress& progress) {
    capture::Frame frame;
    int tag = 0;
    const io::SystemClock clock;
    for (std::uint64_t count = 1; merge_.next(frame, tag); ++count) {
        take(book, join, sources_[static_cast<std::size_t>(tag)].side, frame);
        if (count % look_every != 0) continue;
        if (interrupted()) break;
        if (const Instant now = clock.read().now; progress.due(now))
            progress.show(now, share_read(), fmt::format("{} packets", grouped(count)));
    }
    progress.clear();
    conclude(join);
}

double TraceCaptures::share_read() const {
    std::uint64_t done = 0;
    std::uint64_t all = 0;
    for (const Source& source : sources_) {
        done += source.file->position();
        all += source.file->size();
    }
    return all == 0 ? 0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(all));
}

void TraceCaptures::take(trace::ProbeBook& book, trace::Join& join, trace::Side side,
                         const capture::Frame& frame) {
    using Taken = trace::Join::Taken;
    End& end = of(side);
    if (frame.bytes.size() < frame.length) end.coverage.add_cut(frame.bytes.size());
    if (!trace::reads_link(frame.link)) end.unknown_link = frame.link;
    const auto packet = end.unpacker.take(
        {.at = frame.at, .length = frame.length, .link = frame.link, .bytes = frame.bytes});
    if (const auto& piece = end.unpacker.first_piece(); piece && !packet) {
        if (const auto part = trace::read_datagram(*piece)) join.take_piece(side, frame.at, *part);
        book.note_unread(side, piece->source, piece->destination);
    }
    if (!packet) return;
    const auto datagram = trace::read_datagram(*packet);
    const Taken taken = datagram ? join.take(side, frame.at, *datagram) : Taken::no_sip;
    if (taken == Taken::wanted) write(end.unpacker.frames());
    if (taken == Taken::no_sip) end.unpacker.note_unread(*packet);
    if (taken != Taken::no_sip && taken != Taken::unknown) return;
    const bool of_target = book.note_unread(side, packet->source, packet->destination);
    // Of so short a piece nobody can tell whether it is SIP.
    const bool no_line = datagram && datagram->cut && datagram->payload.find('\n') == npos;
    if (taken == Taken::unknown || (of_target && no_line)) end.coverage.add_cut_message();
}

void TraceCaptures::write(std::span<const trace::FrameView> frames) {
    if (!writer_) return;
    for (const trace::FrameView& frame : frames)
        writer_->write(
            {.at = frame.at, .length = frame.length, .link = frame.link, .bytes = frame.bytes});
    written_ += frames.size();
}

void TraceCaptures::conclude(const trace::Join& join) {
    for (const Source& source : sources_) {
        End& end = of(source.side);
        const capture::FrameReader& reader = source.file->reader();
        end.packets += source.file->packets() + reader.untimed();
        for (const capture::Span& span : reader.spans())
            if (!span.empty()) end.coverage.add_file(span.first, span.last, span.silence);
        for (const capture::Loss& loss : reader.losses())
            end.coverage.add_dropped(loss.from, loss.to, loss.packets);
        end.unpacker.note_unread(trace::Skipped::no_time, reader.untimed());
        if (!source.file->error().empty())
            problems_.push_back(source.file->error());
        else if (source.file->packets() + reader.untimed() == 0)
            problems_.push_back(fmt::format("{}: no packet in it", source.file->path()));
    }
    for (const trace::Side side : {trace::Side::far, trace::Side::near}) {
        if (packets(side) == 0 || join.messages(side) > 0) continue;
        std::string text = fmt::format("the {} captures have no SIP over UDP", name_of(side));
        for (const NotRead& one : not_read(side))
            text += fmt::format(", but {} packets of {}", grouped(one.packets), one.what);
        problems_.push_back(std::move(text));
    }
    if (writer_) writer_->close();
}

std::vector<TraceCaptures::NotRead> TraceCaptures::not_read(trace::Side side) const {
    const End& end = of(side);
    std::vector<NotRead> all;
    for (std::size_t i = 0; i < trace::skipped_count; ++i) {
        const auto what = static_cast<trace::Skipped>(i);
        const std::uint64_t count = end.unpacker.skipped().of(what);
        if (count == 0) continue;
        all.push_back({what == trace::Skipped::link_type ? trace::link_words(end.unknown_link)
                                                         : std::string{skipped_words(what)},
                       count});
    }
    if (const std::uint64_t count = end.unpacker.fragments().incomplete(); count > 0)
        all.push_back({"IP with fragments missing", count});
    return all;
}

}  // namespace sipping::app
