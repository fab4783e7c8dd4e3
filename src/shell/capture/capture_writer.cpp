#include "capture/capture_writer.hpp"

#include <fmt/format.h>
#include <pcap/pcap.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace sipping::capture {
namespace {

constexpr int snap_length = 262144;  // what libpcap takes at most

}  // namespace

CaptureWriter::CaptureWriter(const std::string& path, int link)
    : path_(path),
      pcap_(::pcap_open_dead_with_tstamp_precision(link, snap_length, PCAP_TSTAMP_PRECISION_NANO)) {
    if (pcap_ == nullptr) throw std::bad_alloc();
    // Not by name: "-" would be standard output, where the verdicts go.
    std::FILE* file = std::fopen(path.c_str(), "wbe");
    if (file != nullptr) dumper_ = ::pcap_dump_fopen(pcap_, file);
    if (dumper_ == nullptr) {
        const std::string why =
            fmt::format("--write-pcap '{}': {}", path,
                        file == nullptr ? std::strerror(errno) : ::pcap_geterr(pcap_));
        ::pcap_close(pcap_);
        throw std::runtime_error(why);
    }
}

CaptureWriter::~CaptureWriter() {
    if (dumper_ != nullptr) ::pcap_dump_close(dumper_);
    ::pcap_close(pcap_);
}

void CaptureWriter::write(const Frame& frame) {
    pcap_pkthdr header{};
    const auto seconds = std::chrono::floor<std::chrono::seconds>(frame.at.time_since_epoch());
    header.ts.tv_sec = seconds.count();
    header.ts.tv_usec = (frame.at.time_since_epoch() - seconds).count();
    header.len = frame.length;
    header.caplen = static_cast<bpf_u_int32>(frame.bytes.size());
    ::pcap_dump(reinterpret_cast<u_char*>(dumper_), &header, frame.bytes.data());
}

void CaptureWriter::close() {
    const bool fine =
        ::pcap_dump_flush(dumper_) == 0 && std::ferror(::pcap_dump_file(dumper_)) == 0;
    if (!fine)
        throw std::runtime_error(fmt::format("--write-pcap '{}': {}", path_, std::strerror(errno)));
    ::pcap_dump_close(std::exchange(dumper_, nullptr));
}

}  // namespace sipping::capture
