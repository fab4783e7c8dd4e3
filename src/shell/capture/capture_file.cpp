#include "capture/capture_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "capture/pcap_reader.hpp"
#include "capture/pcapng_reader.hpp"

namespace sipping::capture {
namespace {

/// nullptr: no capture.
std::unique_ptr<FrameReader> open_reader(FileBytes& file, bool& is_pcapng) {
    std::unique_ptr<FrameReader> reader = PcapngReader::open(file);
    is_pcapng = reader != nullptr;
    return is_pcapng ? std::move(reader) : PcapReader::open(file);
}

}  // namespace

bool is_capture(const std::string& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) return false;
    try {
        FileBytes file(io::open_source(path, []() noexcept { return true; }));
        bool is_pcapng = false;
        return open_reader(file, is_pcapng) != nullptr;
    } catch (const std::exception&) {
        return false;
    }
}

CaptureFile::CaptureFile(std::string path, bool (*stop)() noexcept)
    : path_(path == "-" ? "standard input" : std::move(path)) {
    try {
        file_ = std::make_unique<FileBytes>(
            io::open_source(path_ == "standard input" ? "-" : path_, stop));
        reader_ = open_reader(*file_, is_pcapng_);
    } catch (const std::system_error& error) {
        throw std::runtime_error(fmt::format("{}: {}", path_, error.code().message()));
    } catch (const std::runtime_error& error) {
        throw std::runtime_error(
            fmt::format("{}: no capture that can be read: {}", path_, error.what()));
    }
    if (!reader_)
        throw std::runtime_error(
            fmt::format("{}: no capture: it begins neither as pcap nor as pcapng", path_));
    has_first_ = read(first_);
}

bool CaptureFile::read(Frame& frame) {
    if (!error_.empty()) return false;
    try {
        return reader_->next(frame);
    } catch (const std::runtime_error& error) {
        error_ = fmt::format("{}: packet {}: {}; read up to there", path_,
                             packets_ + 1 + (has_first_ ? 1 : 0), error.what());
        return false;
    }
}

bool CaptureFile::next(Frame& frame) {
    if (std::exchange(has_first_, false))
        frame = first_;
    else if (!read(frame))
        return false;
    ++packets_;
    return true;
}

void Merge::add(std::unique_ptr<CaptureFile> file, int tag) {
    Head head{std::move(file), tag, {}};
    if (!head.file->next(head.frame)) return done_.push_back(std::move(head.file));
    heads_.push_back(std::move(head));
    std::push_heap(heads_.begin(), heads_.end(), later);
}

bool Merge::next(Frame& frame, int& tag) {
    if (std::exchange(out_, false)) {
        Head& last = heads_.back();
        if (last.file->next(last.frame)) {
            std::push_heap(heads_.begin(), heads_.end(), later);
        } else {
            done_.push_back(std::move(last.file));
            heads_.pop_back();
        }
    }
    if (heads_.empty()) return false;
    std::pop_heap(heads_.begin(), heads_.end(), later);
    const Head& head = heads_.back();
    frame = head.frame;
    tag = head.tag;
    out_ = true;
    return true;
}

}  // namespace sipping::capture
