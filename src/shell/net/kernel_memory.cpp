#include "net/kernel_memory.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "net/local_ports.hpp"

namespace sipping::net {
namespace {

constexpr std::string_view blanks = " \t";

std::string_view next_word(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    const std::string_view word = line.substr(0, line.find_first_of(blanks));
    line.remove_prefix(word.size());
    return word;
}

std::optional<std::int64_t> next_number(std::string_view& line) {
    const std::string_view word = next_word(line);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
    return number;
}

// The rest of the line that begins with this word.
std::optional<std::string_view> line_of(std::string_view text, std::string_view name) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        if (next_word(line) == name) return line;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> socket_slab_bytes(std::string_view slabinfo, Family family) {
    const std::array<std::string_view, 4> caches{family == Family::v4 ? "UDP" : "UDPv6",
                                                 "sock_inode_cache", "filp", "dentry"};
    std::int64_t bytes = 0;
    for (const std::string_view cache : caches) {
        auto line = line_of(slabinfo, cache);
        if (!line && cache == caches.front()) return std::nullopt;
        if (!line) continue;  // the kernel may keep it in a cache shared with others of its size
        const auto active = next_number(*line);
        (void)next_word(*line);  // num_objs
        const auto size = next_number(*line);
        if (!active || !size) return std::nullopt;
        bytes += *active * *size;
    }
    return bytes;
}

std::optional<std::int64_t> slab_bytes(std::string_view meminfo) {
    auto line = line_of(meminfo, "Slab:");
    const auto kib = line ? next_number(*line) : std::nullopt;
    if (!kib) return std::nullopt;
    return *kib * 1024;
}

std::optional<KernelMemory> kernel_memory(Family family) {
    if (const auto bytes = socket_slab_bytes(read_text("/proc/slabinfo"), family))
        return KernelMemory{MemorySource::slabinfo, *bytes};
    if (const auto bytes = slab_bytes(read_text("/proc/meminfo")))
        return KernelMemory{MemorySource::meminfo, *bytes};
    return std::nullopt;
}

}  // namespace sipping::net
