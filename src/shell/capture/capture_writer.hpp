// Writes frames into a pcap file, with nanoseconds, for Wireshark and the like.
#pragma once

#include <string>

#include "capture/capture_file.hpp"

struct pcap_dumper;

namespace sipping::capture {

class CaptureWriter {
public:
    /// Throws std::runtime_error, naming the file, when it cannot be made.
    CaptureWriter(const std::string& path, int link);
    ~CaptureWriter();
    CaptureWriter(const CaptureWriter&) = delete;
    CaptureWriter& operator=(const CaptureWriter&) = delete;

    void write(const Frame& frame);
    /// Throws when not everything could be written.
    void close();

private:
    std::string path_;
    pcap* pcap_;
    pcap_dumper* dumper_ = nullptr;
};

}  // namespace sipping::capture
