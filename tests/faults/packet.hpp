// An IPv4 packet as the relay sees it, and the few fields of SIP that it looks for or damages.
// Shares no code with the project.
#pragma once

#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/udp.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

/// One IPv4 packet with a UDP datagram in it (or a later fragment of one).
struct Packet {
    std::string bytes;

    iphdr* ip() { return reinterpret_cast<iphdr*>(bytes.data()); }
    [[nodiscard]] bool is_udp() {
        return bytes.size() >= sizeof(iphdr) && ip()->version == 4 &&
               ip()->protocol == IPPROTO_UDP && bytes.size() >= ip()->ihl * 4U + sizeof(udphdr);
    }
    [[nodiscard]] bool is_later_fragment() { return (ntohs(ip()->frag_off) & IP_OFFMASK) != 0; }
    [[nodiscard]] bool is_fragment() { return (ntohs(ip()->frag_off) & (IP_OFFMASK | IP_MF)) != 0; }
    udphdr* udp() { return reinterpret_cast<udphdr*>(bytes.data() + ip()->ihl * 4U); }
    [[nodiscard]] std::size_t payload_at() { return ip()->ihl * 4U + sizeof(udphdr); }
    [[nodiscard]] std::string_view payload() {
        return std::string_view{bytes}.substr(payload_at());
    }
    /// After a change: the IP header's checksum anew, none over UDP (RFC 768 allows that).
    void seal() {
        if (!is_fragment()) udp()->check = 0;
        ip()->check = 0;
        std::uint32_t sum = 0;
        for (std::size_t i = 0; i < ip()->ihl * 4U; i += 2) {
            std::uint16_t word = 0;
            std::memcpy(&word, bytes.data() + i, 2);
            sum += word;
        }
        while (sum >> 16 != 0)
            sum = (sum & 0xffff) + (sum >> 16);
        ip()->check = static_cast<std::uint16_t>(~sum);
    }
    /// Changes the character `behind` the first `mark` after the first `line`; both are there.
    void spoil(std::string_view line, std::string_view mark, std::size_t behind) {
        const std::size_t at = payload().find(mark, payload().find(line));
        if (at == std::string_view::npos) std::abort();
        char& c = bytes[payload_at() + at + mark.size() + behind];
        c = c == '7' ? '8' : '7';
    }
    /// The same with the character before `mark`: of a number the last digit, so that it stays one
    /// (a CSeq above 2^31 is no answer at all, RFC 4475 section 3.1.2.5).
    void spoil_before(std::string_view line, std::string_view mark) {
        const std::size_t at = payload().find(mark, payload().find(line));
        if (at == std::string_view::npos) std::abort();
        char& c = bytes[payload_at() + at - 1];
        c = c == '7' ? '8' : '7';
    }
    /// A bit error that the UDP checksum tells of.
    void flip(std::size_t where) { bytes[payload_at() + where % payload().size()] ^= 1; }
};

inline std::uint64_t call_id_of(std::string_view payload) {
    const std::size_t at = payload.find("\r\nCall-ID: ");
    return at == payload.npos ? 0 : std::strtoull(payload.data() + at + 11, nullptr, 10);
}
