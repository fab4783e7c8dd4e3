// Any bytes as a capture file: read to its end or to an error, without a byte beyond what is there;
// each frame lies in memory that can be read, and what is said of lost packets does not depend on
// the pieces in which the file came. What is in frames is fuzz_capture's business.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "capture/capture_file.hpp"
#include "fuzz_check.hpp"
#include "sipping/trace/frame.hpp"

using namespace sipping;

namespace {

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
        const auto packet = trace::read_frame(file.link(), frame.bytes);
        if (packet) FUZZ_CHECK(packet->whole.size() <= frame.bytes.size());
    }
    FUZZ_CHECK(file.packets() == count);
    FUZZ_CHECK(sum <= std::uint64_t{255} * 262144 * std::max<std::uint64_t>(count, 1));
    if (!file.error().empty()) FUZZ_CHECK(!file.next(frame));
}

std::uint64_t dropped(const char* data, std::size_t size, std::size_t piece) {
    capture::BlockWatch watch;
    for (std::size_t at = 0; at < size; at += piece)
        watch.take({data + at, std::min(piece, size - at)});
    return watch.dropped();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const MemoryFile file(data, size);
    try {
        read_to_the_end(file.path());
    } catch (const std::runtime_error& error) {
        FUZZ_CHECK(std::string_view{error.what()}.starts_with(file.path() + ": "));
    }
    const auto* text = reinterpret_cast<const char*>(data);
    const std::uint64_t lost = dropped(text, size, std::max<std::size_t>(size, 1));
    for (const std::size_t piece : {1U, 7U, 64U})
        FUZZ_CHECK(dropped(text, size, piece) == lost);
    return 0;
}
