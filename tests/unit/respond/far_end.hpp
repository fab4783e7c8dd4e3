// What the responder's tests share: requests as text, and a responder whose answers are collected.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "sipping/respond/responder.hpp"

namespace sipping::respond {

inline Endpoint at(std::string_view address, std::uint16_t port) {
    return Endpoint{parse_address(address).value(), port};
}

inline std::string request(std::string_view method, std::string_view via_parameters = ";rport",
                           std::string_view call_id = "1234567890") {
    return fmt::format(
        "{0} sip:192.0.2.9 SIP/2.0\r\n"
        "Via: SIP/2.0/UDP 192.0.2.1:40000;branch=z9hG4bK776{1}\r\n"
        "Max-Forwards: 70\r\n"
        "From: \"SIP Ping\" <sip:sipping@sipping.invalid>;tag=49583\r\n"
        "To: <sip:192.0.2.9>\r\n"
        "Call-ID: {2}\r\n"
        "CSeq: 7 {0}\r\n"
        "Content-Length: 0\r\n"
        "\r\n",
        method, via_parameters, call_id);
}

struct Answer {
    std::string text;
    Endpoint to;
    std::optional<Address> local;
    std::uint32_t socket = 0;

    [[nodiscard]] std::string status_line() const { return text.substr(0, text.find("\r\n")); }
    [[nodiscard]] bool has(std::string_view part) const {
        return text.find(part) != std::string::npos;
    }
    /// The value of the first header line with this name.
    [[nodiscard]] std::string header(std::string_view name) const {
        const std::string start = fmt::format("\r\n{}: ", name);
        const std::size_t found = text.find(start);
        if (found == std::string::npos) return {};
        const std::size_t begin = found + start.size();
        return text.substr(begin, text.find("\r\n", begin) - begin);
    }
};

class FarEnd {
public:
    explicit FarEnd(Options options = {}) : responder_(options) {}

    void arrives(std::string_view datagram, Instant now = Instant{},
                 Endpoint from = at("192.0.2.1", 40000), Address local = at("192.0.2.9", 0).address,
                 std::uint32_t socket = 0) {
        probe::Arrival arrival;
        arrival.at = now;
        arrival.socket = socket;
        arrival.from = from;
        arrival.local = local;
        arrival.bytes = datagram;
        responder_.on_arrival(arrival, now);
    }
    /// All answers due at `now`.
    std::vector<Answer> answers(Instant now = Instant{}) {
        std::vector<Answer> all;
        probe::Outbox outbox;
        bool more = true;
        while (more) {
            more = responder_.due(now, outbox);
            for (const probe::Outgoing& outgoing : outbox.entries())
                all.push_back(
                    {std::string(outgoing.text()), outgoing.to, outgoing.local, outgoing.socket});
            outbox.clear();
        }
        return all;
    }
    Responder& responder() { return responder_; }
    const Counts& counts() { return responder_.counts(); }

private:
    Responder responder_;
};

}  // namespace sipping::respond
