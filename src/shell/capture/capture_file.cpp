#include "capture/capture_file.hpp"

#include <fmt/format.h>
#include <pcap/pcap.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace sipping::capture {
namespace {

constexpr std::size_t piece_size = 256 * 1024;
constexpr Duration second = std::chrono::seconds{1};

}  // namespace

ssize_t CaptureFile::read_piece(void* self, char* space, std::size_t size) noexcept {
    auto& file = *static_cast<CaptureFile*>(self);
    try {
        const std::size_t got = file.source_->read({space, size});
        file.watch_.take({space, got});
        return static_cast<ssize_t>(got);
    } catch (const std::exception& error) {
        file.read_error_ = error.what();
        errno = EIO;
        return -1;
    }
}

CaptureFile::CaptureFile(std::string path, bool (*stop)() noexcept) : path_(std::move(path)) {
    const std::string name = path_ == "-" ? "standard input" : path_;
    try {
        source_ = io::open_source(path_, stop);
    } catch (const std::system_error& error) {
        throw std::runtime_error(fmt::format("{}: {}", name, error.code().message()));
    }
    path_ = name;
    std::FILE* stream = ::fopencookie(
        this, "r", {.read = read_piece, .write = nullptr, .seek = nullptr, .close = nullptr});
    if (stream == nullptr) throw std::bad_alloc();
    std::setvbuf(stream, nullptr, _IOFBF, piece_size);
    char why[PCAP_ERRBUF_SIZE] = "";
    pcap_ = ::pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, why);
    if (pcap_ == nullptr) {
        std::fclose(stream);
        throw std::runtime_error(fmt::format("{}: no capture that can be read: {}", path_,
                                             read_error_.empty() ? why : read_error_));
    }
    link_ = ::pcap_datalink(pcap_);
}

CaptureFile::~CaptureFile() {
    if (pcap_ != nullptr) ::pcap_close(pcap_);
}

bool CaptureFile::next(Frame& frame) {
    if (!error_.empty()) return false;
    pcap_pkthdr* header = nullptr;
    const u_char* bytes = nullptr;
    const int status = ::pcap_next_ex(pcap_, &header, &bytes);
    if (status == PCAP_ERROR_BREAK) return false;
    if (status != 1) {
        error_ = fmt::format("{}: packet {}: {}; read up to there", path_, packets_ + 1,
                             read_error_.empty() ? ::pcap_geterr(pcap_) : read_error_.c_str());
        return false;
    }
    ++packets_;
    // The field for microseconds holds nanoseconds, as was asked for. Seconds of a hostile file may
    // be any 64 bits; what does not fit counts as the last second that does.
    constexpr std::int64_t most = Duration::max() / second - 1;
    const std::int64_t seconds = std::clamp<std::int64_t>(header->ts.tv_sec, 0, most);
    frame.at = WallTime{std::chrono::seconds{seconds} +
                        Duration{std::clamp<std::int64_t>(header->ts.tv_usec, 0, 999'999'999)}};
    frame.length = header->len;
    frame.bytes = {bytes, header->caplen};
    return true;
}

void Merge::add(std::unique_ptr<CaptureFile> file, int tag) {
    Head head{std::move(file), tag, {}};
    if (!head.file->next(head.frame)) return done_.push_back(std::move(head.file));
    heads_.push_back(std::move(head));
    std::push_heap(heads_.begin(), heads_.end(), later);
}

bool Merge::next(Frame& frame, const CaptureFile*& file, int& tag) {
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
    file = head.file.get();
    tag = head.tag;
    out_ = true;
    return true;
}

}  // namespace sipping::capture
