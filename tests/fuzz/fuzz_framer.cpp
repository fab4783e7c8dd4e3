// A stream in pieces: however it is split, the frames are the same, each within what is there, and
// there is an end. The first byte chooses the sizes of the pieces.
#include <cstdint>
#include <string>
#include <vector>

#include "fuzz_check.hpp"
#include "sipping/base/prng.hpp"
#include "sipping/wire/framer.hpp"

using namespace sipping;
using wire::Frame;

namespace {

std::vector<std::size_t> frames(std::string_view stream, Prng* sizes) {
    wire::Framer framer;
    std::vector<std::size_t> found;
    std::size_t begin = 0;
    std::size_t end = sizes == nullptr ? stream.size() : 0;
    for (;;) {
        const Frame frame = framer.next(stream.substr(begin, end - begin), end == stream.size());
        if (frame.kind == Frame::Kind::broken) {
            FUZZ_CHECK(frame.size == 0);
            found.push_back(1'000'000 + static_cast<std::size_t>(frame.fault));
            return found;
        }
        if (frame.kind == Frame::Kind::more) {
            if (end == stream.size()) return found;
            end = std::min(stream.size(), end + 1 + static_cast<std::size_t>(sizes->below(40)));
            continue;
        }
        FUZZ_CHECK(frame.size > 0 && frame.size <= end - begin);
        FUZZ_CHECK(frame.size <= wire::Framer::message_max);
        found.push_back(frame.size);
        begin += frame.size;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string stream(data + 1, data + size);
    Prng sizes(Key{data[0], 1});
    FUZZ_CHECK(frames(stream, nullptr) == frames(stream, &sizes));
    return 0;
}
