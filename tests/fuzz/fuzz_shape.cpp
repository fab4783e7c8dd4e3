// A response teaches its shape, and an edit of it is read by that: exactly as the decoder reads it,
// or not at all. The first byte says how many edits stand before the message, four bytes each.
#include <algorithm>
#include <cstdint>
#include <string>

#include "difference.hpp"
#include "fuzz_check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    const std::size_t edits = std::min<std::size_t>(data[0] % 16, (size - 1) / 4);
    const std::uint8_t* edit = data + 1;
    const std::uint8_t* const message = edit + 4 * edits;
    const std::string learnt(message, data + size);
    std::string other = learnt;
    for (std::size_t i = 0; i < edits && !other.empty(); ++i, edit += 4) {
        const std::size_t at = (edit[0] | edit[1] << 8) % other.size();
        const char byte = static_cast<char>(edit[3]);
        if (edit[2] % 4 == 0)
            other.insert(at, 1, byte);
        else if (edit[2] % 4 == 1)
            other.erase(at, 1);
        else
            other[at] = byte;
    }
    bool read = false;
    FUZZ_CHECK(sipping::wire::shape_difference(learnt, other, read).empty());
    return 0;
}
