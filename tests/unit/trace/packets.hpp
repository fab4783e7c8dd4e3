// Packets made by hand, as they stand in captures. Shares nothing with what reads them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace packets {

using Packet = std::vector<std::uint8_t>;

inline void put16(Packet& out, unsigned value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value));
}

inline void put(Packet& out, std::string_view text) {
    out.insert(out.end(), text.begin(), text.end());
}

inline void put(Packet& out, const Packet& more) {
    out.insert(out.end(), more.begin(), more.end());
}

inline Packet udp(std::string_view payload, unsigned from = 40000, unsigned to = 5060) {
    Packet out;
    put16(out, from);
    put16(out, to);
    put16(out, static_cast<unsigned>(payload.size() + 8));
    put16(out, 0);
    put(out, payload);
    return out;
}

struct V4 {
    unsigned protocol = 17;
    unsigned id = 1;
    bool more = false;
    unsigned offset = 0;   // bytes
    unsigned options = 0;  // bytes of them
    unsigned last = 2;     // 10.0.0.last is the destination; 10.0.0.1 the source
};

inline Packet v4(const Packet& payload, const V4& how = {}) {
    Packet out{static_cast<std::uint8_t>(0x45 + how.options / 4), 0};
    put16(out, static_cast<unsigned>(20 + how.options + payload.size()));
    put16(out, how.id);
    put16(out, (how.more ? 0x2000U : 0U) | how.offset / 8);
    put(out, Packet{64, static_cast<std::uint8_t>(how.protocol), 0, 0, 10, 0, 0, 1, 10, 0, 0,
                    static_cast<std::uint8_t>(how.last)});
    out.resize(out.size() + how.options, 1);
    put(out, payload);
    return out;
}

/// `extensions` stand before the payload; `next` is the kind of the first of them, or of it.
inline Packet v6(const Packet& payload, unsigned next = 17, const Packet& extensions = {}) {
    Packet out{0x60, 0, 0, 0};
    put16(out, static_cast<unsigned>(payload.size() + extensions.size()));
    put(out, Packet{static_cast<std::uint8_t>(next), 64});
    for (const std::uint8_t last : Packet{1, 2}) {
        put(out, Packet{0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        out.push_back(last);
    }
    put(out, extensions);
    put(out, payload);
    return out;
}

/// Tags: outermost first.
inline Packet ethernet(const Packet& ip, const std::vector<unsigned>& tags = {}) {
    Packet out(12, 0xaa);
    for (const unsigned tag : tags) {
        put16(out, tag);
        put16(out, 5);
    }
    put16(out, ip[0] >> 4 == 4 ? 0x0800 : 0x86dd);
    put(out, ip);
    return out;
}

inline Packet icmp(const Packet& quoted, unsigned type = 3, unsigned code = 1) {
    Packet out{static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(code), 0, 0, 0, 0, 0, 0};
    put(out, quoted);
    return out;
}

/// A request as we send it.
inline std::string options(std::string_view call_id, std::string_view branch) {
    std::string text =
        "OPTIONS sip:10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:40000;rport;branch=";
    text += branch;
    text +=
        "\r\nMax-Forwards: 70\r\nFrom: \"SIP Ping\" <sip:sipping@x>;tag=0badcafe\r\n"
        "To: <sip:10.0.0.2>\r\nCall-ID: ";
    text += call_id;
    text +=
        "\r\nCSeq: 1234567890 OPTIONS\r\nContact: <sip:sipping@10.0.0.1:40000>\r\n"
        "Content-Length: 0\r\n\r\n";
    return text;
}

inline std::string answer(std::string_view request, std::string_view status = "200 OK") {
    std::string text = "SIP/2.0 " + std::string{status} + "\r\n";
    text += request.substr(request.find("\r\n") + 2);
    return text;
}

/// A branch of ours.
inline std::string branch(std::string_view digits) {
    return "z9hG4bK" + std::string{digits} + "0123456789abcdef";
}

}  // namespace packets
