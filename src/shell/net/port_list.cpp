#include "net/port_list.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

namespace sipping::net {
namespace {

constexpr std::string_view separators = " \t\n,-";

// The next number in `text` and the character after it; `text` moves past both.
std::optional<std::pair<unsigned, char>> next_number(std::string_view& text) {
    const std::size_t begin = text.find_first_not_of(separators);
    if (begin == std::string_view::npos) return std::nullopt;
    text.remove_prefix(begin);
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || value > 0xffff) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return std::pair{value, text.empty() ? '\0' : text.front()};
}

}  // namespace

std::optional<PortRange> parse_port_range(std::string_view text) {
    const auto low = next_number(text);
    const auto high = low ? next_number(text) : std::nullopt;
    if (!high || low->first == 0 || low->first > high->first) return std::nullopt;
    return PortRange{static_cast<std::uint16_t>(low->first),
                     static_cast<std::uint16_t>(high->first)};
}

std::vector<std::uint16_t> usable_ports(PortRange range, std::string_view reserved) {
    std::vector<bool> blocked(0x10000);
    while (const auto first = next_number(reserved)) {
        auto last = first;
        if (first->second == '-') last = next_number(reserved);
        if (!last) break;
        for (unsigned port = first->first; port <= last->first; ++port)
            blocked[port] = true;
    }
    std::vector<std::uint16_t> ports;
    for (unsigned port = range.low; port <= range.high; ++port)
        if (!blocked[port]) ports.push_back(static_cast<std::uint16_t>(port));
    return ports;
}

Key random_key() {
    Key key;
    if (::getrandom(&key, sizeof key, 0) != static_cast<ssize_t>(sizeof key))
        throw std::system_error(errno, std::generic_category(), "getrandom");
    return key;
}

PortList::PortList(std::vector<std::uint16_t> ports, Key key)
    : ports_(std::move(ports)), size_(ports_.size()) {
    Prng random(key);
    for (std::size_t left = size_; left > 1; --left)
        std::swap(ports_[left - 1], ports_[random.below(left)]);
}

std::optional<std::uint16_t> PortList::take() noexcept {
    if (size_ == 0) return std::nullopt;
    const std::uint16_t port = ports_[head_];
    head_ = (head_ + 1) % ports_.size();
    --size_;
    return port;
}

void PortList::give_back(std::uint16_t port) noexcept {
    assert(size_ < ports_.size());
    ports_[(head_ + size_) % ports_.size()] = port;
    ++size_;
}

}  // namespace sipping::net
