#include "trace_captures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "io/clock.hpp"
#include "log_input.hpp"
#include "look_back.hpp"
#include "sipping/base/grouped.hpp"
#include "targets.hpp"

namespace sipping::app {
namespace {

constexpr std::uint64_t look_every = 8192;  // packets between looks at the clock

std::string link_words(const capture::CaptureFile& file) {
    const std::string_view name = trace::link_name(file.link());
    return name.empty() ? fmt::format("link type {}", file.link()) : std::string{name};
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
    const capture::CaptureFile& first = *sources_.front().file;
    for (const Source& source : sources_)
        if (source.file->link() != first.link())
            throw UsageError(fmt::format(
                "--write-pcap: a pcap file has one link type, but {} has "
                "{} and {} has {}",
                first.path(), link_words(first), source.file->path(), link_words(*source.file)));
    writer_ = std::make_unique<capture::CaptureWriter>(config.write_pcap, first.link());
}

void TraceCaptures::open(const std::string& path, trace::Side side) {
    std::unique_ptr<capture::CaptureFile> file;
    try {
        file = std::make_unique<capture::CaptureFile>(path, interrupted);
    } catch (const std::runtime_error& error) {
        throw UsageError(error.what());
    }
    if (!trace::is_known_link(file->link()))
        throw UsageError(
            fmt::format("{}: {} is not read (Ethernet, Linux cooked, raw IP, BSD "
                        "loopback are)",
                        file->path(), link_words(*file)));
    sources_.push_back({.file = file.get(), .side = side});
    merge_.add(std::move(file), static_cast<int>(sources_.size()) - 1);
}

void TraceCaptures::read(trace::Join& join, Progress& progress) {
    capture::Frame frame;
    const capture::CaptureFile* file = nullptr;
    int tag = 0;
    const io::SystemClock clock;
    for (std::uint64_t count = 1; merge_.next(frame, file, tag); ++count) {
        Source& source = sources_[static_cast<std::size_t>(tag)];
        source.first = std::min(source.first, frame.at);
        source.last = std::max(source.last, frame.at);
        take(join, source, frame);
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

void TraceCaptures::take(trace::Join& join, const Source& source, const capture::Frame& frame) {
    const auto packet = trace::read_frame(source.file->link(), frame.bytes);
    if (!packet) return;
    if (!packet->fragment) {
        const auto datagram = trace::read_datagram(*packet);
        if (datagram && join.take(source.side, frame.at, *datagram)) write(frame);
        return;
    }
    trace::Fragments& fragments = fragments_[static_cast<std::size_t>(source.side)];
    const auto whole = fragments.add(*packet, frame.at, frame.bytes, frame.length);
    if (!whole) return;
    const auto datagram = trace::read_datagram(*whole);
    if (!datagram || !join.take(source.side, frame.at, *datagram)) return;
    for (const trace::CapturedFrame& piece : fragments.frames())
        write({.at = piece.at, .length = piece.length, .bytes = piece.bytes});
}

void TraceCaptures::write(const capture::Frame& frame) {
    if (!writer_) return;
    writer_->write(frame);
    ++written_;
}

void TraceCaptures::conclude(const trace::Join& join) {
    for (const Source& source : sources_) {
        const auto side = static_cast<std::size_t>(source.side);
        packets_[side] += source.file->packets();
        coverage_[side].add_dropped(source.file->dropped());
        if (source.first <= source.last) coverage_[side].add_file(source.first, source.last);
        if (!source.file->error().empty())
            problems_.push_back(source.file->error());
        else if (source.file->packets() == 0)
            problems_.push_back(fmt::format("{}: no packet in it", source.file->path()));
    }
    for (const trace::Side side : {trace::Side::far, trace::Side::near})
        if (packets(side) > 0 && join.messages(side) == 0)
            problems_.push_back(fmt::format("the {} captures have no SIP over UDP",
                                            side == trace::Side::far ? "far" : "near"));
    if (writer_) writer_->close();
}

}  // namespace sipping::app
