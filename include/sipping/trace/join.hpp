// Puts what captures show to the probes it is about: by Call-ID, or by branch where somebody
// changed the Call-ID; never by address, which a NAT changes. Keeps nothing of what is about no
// probe.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "sipping/trace/frame.hpp"
#include "sipping/trace/message.hpp"
#include "sipping/trace/probes.hpp"
#include "sipping/trace/rewrites.hpp"

namespace sipping::trace {

/// One packet of the probe that is to be drawn.
struct Event {
    Side side{};
    WallTime at{};
    bool is_request = false;
    std::uint16_t status = 0;
    bool is_icmp = false;
    IcmpError icmp;
    Endpoint source;
    Endpoint destination;
    std::string method;  ///< hostile
};

class Join {
public:
    static constexpr std::size_t events_max = 1000;
    static constexpr std::size_t held_max = 64 * 1024 * 1024;  ///< bytes of messages to compare

    struct Options {
        bool has_near = false;  ///< there is something to compare messages with
        const Probe* drawn = nullptr;
    };

    Join(ProbeBook& book, const Options& options) : book_(book), options_(options) {}

    enum class Taken : std::uint8_t {
        no_sip,
        unknown,  ///< SIP, but nothing says whose: it was cut off
        others,   ///< of no probe
        probe,    ///< of one that is not wanted
        wanted,
    };
    Taken take(Side side, WallTime at, const Datagram& datagram);
    /// The first fragment of a datagram, before the others.
    void take_piece(Side side, WallTime at, const Datagram& datagram);

    [[nodiscard]] const Rewrites& rewrites() const noexcept { return rewrites_; }
    [[nodiscard]] const std::vector<Event>& events() const noexcept { return events_; }
    /// SIP messages seen on that side, of anybody.
    [[nodiscard]] std::uint64_t messages(Side side) const noexcept {
        return messages_[static_cast<std::size_t>(side)];
    }
    /// Messages that were not compared, for lack of room.
    [[nodiscard]] std::uint64_t not_compared() const noexcept { return not_compared_; }

private:
    [[nodiscard]] Probe* find(const Message& message, WallTime at, bool cut,
                              bool& by_branch) noexcept;
    void note_stray(Side side, WallTime at, const Message& message, const Datagram& datagram);
    void draw(Side side, WallTime at, const Message& message, const Datagram& datagram);
    void take_request(Probe& probe, Side side, WallTime at, const Message& message,
                      const Datagram& datagram);
    void take_answer(Probe& probe, Side side, WallTime at, const Message& message,
                     const Datagram& datagram);
    Taken take_short_error(Side side, WallTime at, const Datagram& datagram);
    void take_error(Probe& probe, Side side, WallTime at, const Message& message,
                    const Datagram& datagram);
    void note_syntax(Seen& seen, const Message& message, std::string_view text);
    void hold_or_compare(Probe& probe, Side side, bool answer, std::string_view text);
    void compare_with_log(const Probe& probe, const Message& message);

    ProbeBook& book_;
    Options options_;
    Rewrites rewrites_;
    std::vector<Event> events_;
    std::array<std::uint64_t, 2> messages_{};
    /// First messages whose other side has not come yet: by probe, twice, plus one for answers.
    std::array<std::unordered_map<std::size_t, std::string>, 2> held_;
    std::size_t held_bytes_ = 0;
    std::uint64_t not_compared_ = 0;
};

}  // namespace sipping::trace
