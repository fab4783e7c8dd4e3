// The second implementation of Transport: a network and its peers in memory, in virtual time, from
// one seed. Shares no SIP code with the program: it reads requests and writes answers with plain
// string operations.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "sipping/base/prng.hpp"
#include "sipping/probe/transport.hpp"

namespace sipping::sim {

/// A request as the far end sees it; whole header values.
struct SeenRequest {
    std::string text;
    std::string via, from, to, call_id, cseq;
    std::uint32_t socket = 0;
    std::uint16_t port = 0;
    Endpoint to_endpoint;
    Instant sent{};
    std::uint64_t number = 0;  ///< of all requests, from 0
};

/// The value of a header in a message of ours (one line, canonical case).
std::string header(std::string_view message, std::string_view name);

/// "SIP/2.0 <status>" plus the echoed headers; fields may have been changed before.
std::string answer_to(const SeenRequest& request, std::string_view status);

struct Link {
    double loss_percent = 0;             ///< each way
    double duplicate_percent = 0;        ///< of answers
    Duration delay = 5ms;                ///< there and back, the answer's share included
    Duration jitter = Duration::zero();  ///< uniform on top: reorders
    double icmp_percent = 0;             ///< instead of an answer
    Duration send_takes{};               ///< from taking a probe to its leaving
    double refuse_percent = 0;           ///< the kernel refuses to send (EPERM)
};

class SimNetwork final : public probe::Transport {
public:
    /// What the far end says: answers (bytes) to send back, none for silence. Default: 200 OK.
    using Peer = std::function<std::vector<std::string>(const SeenRequest&)>;

    SimNetwork(std::uint64_t seed, Link link, std::vector<std::uint16_t> ports);

    void submit(probe::Outbox& outbox) noexcept override;
    void wait_until(Instant deadline, probe::Inbox& inbox) noexcept override;
    void replace(std::uint32_t socket) noexcept override;
    [[nodiscard]] probe::TransportHealth health() noexcept override { return {}; }

    /// Puts a datagram on its way to a socket of ours.
    void deliver(Instant at, std::uint32_t socket, const Endpoint& from, std::string bytes);
    /// The process stands still: time passes, datagrams keep arriving in the sockets.
    void stall(Duration length) { now_ += length; }

    [[nodiscard]] ClockReading reading() const noexcept { return {now_, wall_offset}; }

    Duration wall_offset = 1'700'000'000s;
    Peer peer;
    Link link;
    bool record = true;                  ///< keep lost/answered ids; off to count allocations
    std::map<std::uint64_t, bool> lost;  ///< Call-ID -> our decision, for what left
    std::uint64_t requests = 0;
    std::vector<std::uint16_t> ports;
    std::vector<std::uint32_t> replacements;  ///< sockets, in order

private:
    struct Event {
        Instant at{};
        std::uint64_t order = 0;
        std::uint32_t slab = 0;  ///< index into texts_
        std::uint32_t socket = 0;
        Endpoint from;
        bool icmp = false;
        std::uint64_t call_id = 0;
        std::uint16_t port = 0;

        friend bool operator>(const Event& a, const Event& b) {
            return a.at != b.at ? a.at > b.at : a.order > b.order;
        }
    };

    void carry(const probe::Outgoing& out);
    void answer(const SeenRequest& request);

    Prng prng_;
    Instant now_{100s};
    std::uint64_t order_ = 0;
    std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
    std::vector<std::string> texts_;
    std::vector<std::uint32_t> free_texts_;
    std::vector<std::uint32_t> handed_out_;
    std::vector<probe::SendFailure> failures_;
    std::vector<probe::Replaced> replaced_;
    std::uint16_t next_port_ = 50000;
};

}  // namespace sipping::sim
