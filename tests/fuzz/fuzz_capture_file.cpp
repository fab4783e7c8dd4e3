// Any bytes as a capture file: read to its end or to an error, without a byte beyond what is there;
// each frame lies in memory that can be read, and what it says of its times and losses makes sense.
// What is in frames is fuzz_capture's business.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "capture/capture_file.hpp"
#include "fuzz_check.hpp"

using namespace sipping;

namespace {

constexpr std::uint64_t one = 1;
constexpr std::uint64_t packets_max = 100'000;  // a bomb of gzip holds any number

bool never() noexcept {
    return false;
}

/// A file without a disk.
class MemoryFile {
public:
    MemoryFile(const std::uint8_t* data, std::size_t size) : file_(::memfd_create("capture", 0)) {
        FUZZ_CHECK(file_ >= 0 && ::write(file_, data, size) == static_cast<ssize_t>(size));
        FUZZ_CHECK(::lseek(file_, 0, SEEK_SET) == 0);
    }
    ~MemoryFile() { ::close(file_); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }

private:
    int file_;
};

void read_to_the_end(const std::string& path) {
    capture::CaptureFile file(path, never);
    capture::Frame frame;
    std::uint64_t count = 0;
    std::uint64_t sum = 0;
    while (count < packets_max && file.next(frame)) {
        ++count;
        for (const std::uint8_t byte : frame.bytes)
            sum += byte;
        FUZZ_CHECK(frame.at >= WallTime{});
        FUZZ_CHECK(frame.bytes.size() <= capture::FrameReader::packet_max);
    }
    FUZZ_CHECK(file.packets() == count);
    FUZZ_CHECK(sum <= std::uint64_t{255} * capture::FrameReader::packet_max * std::max(count, one));
    if (!file.error().empty()) FUZZ_CHECK(!file.next(frame));
    FUZZ_CHECK(file.reader().spans().size() <= capture::FrameReader::spans_max);
    FUZZ_CHECK(file.reader().losses().size() <= capture::FrameReader::losses_max);
    for (const capture::Loss& loss : file.reader().losses())
        FUZZ_CHECK(loss.from <= loss.to && loss.packets > 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const MemoryFile file(data, size);
    try {
        read_to_the_end(file.path());
    } catch (const std::runtime_error& error) {
        FUZZ_CHECK(std::string_view{error.what()}.starts_with(file.path() + ": "));
    }
    return 0;
}
