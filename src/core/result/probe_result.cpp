#include "sipping/result/probe_result.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace sipping {

std::string_view to_string(Kind kind) noexcept {
    static constexpr std::array<std::string_view, kind_count> names{
        "reply",     "provisional", "timeout", "icmp",   "late",
        "duplicate", "send-error",  "local",   "pending"};
    return names[static_cast<std::size_t>(kind)];
}

bool has_answer(Kind kind) noexcept {
    return kind == Kind::reply || kind == Kind::provisional || kind == Kind::late ||
           kind == Kind::duplicate;
}

bool is_loss(Kind kind) noexcept {
    return kind == Kind::timeout || kind == Kind::icmp;
}

std::string_view to_string(LocalReason reason) noexcept {
    switch (reason) {
        case LocalReason::no_free_port: return "no-free-port";
        case LocalReason::no_identity: return "no-identity";
        case LocalReason::none: break;
    }
    return "none";
}

std::string_view to_string(GapReason reason) noexcept {
    static constexpr std::array<std::string_view, 9> names{
        "start", "stop",       "stall",         "skipped",   "log-rows-lost",
        "moved", "unresolved", "second-writer", "unfinished"};
    return names[static_cast<std::size_t>(reason)];
}

namespace {

struct IcmpName {
    std::uint8_t type, code;
    std::string_view name;
};

// RFC 792, RFC 1122 section 3.2.2.1, RFC 1812 section 5.2.7.1.
constexpr IcmpName v4_names[] = {
    {3, 0, "net-unreachable"},     {3, 1, "host-unreachable"},     {3, 2, "protocol-unreachable"},
    {3, 3, "port-unreachable"},    {3, 4, "fragmentation-needed"}, {3, 5, "source-route-failed"},
    {3, 6, "net-unknown"},         {3, 7, "host-unknown"},         {3, 9, "net-prohibited"},
    {3, 10, "host-prohibited"},    {3, 13, "admin-prohibited"},    {11, 0, "ttl-exceeded"},
    {11, 1, "reassembly-timeout"}, {12, 0, "parameter-problem"},
};
// RFC 4443 section 3.
constexpr IcmpName v6_names[] = {
    {1, 0, "no-route"},           {1, 1, "admin-prohibited"},  {1, 2, "beyond-scope"},
    {1, 3, "host-unreachable"},   {1, 4, "port-unreachable"},  {1, 5, "policy-failed"},
    {1, 6, "route-rejected"},     {2, 0, "packet-too-big"},    {3, 0, "ttl-exceeded"},
    {3, 1, "reassembly-timeout"}, {4, 0, "parameter-problem"},
};

}  // namespace

std::string_view icmp_name(const IcmpError& error, std::span<char, 32> scratch) noexcept {
    const auto names = error.family == Family::v4 ? std::span<const IcmpName>(v4_names)
                                                  : std::span<const IcmpName>(v6_names);
    const auto found = std::find_if(names.begin(), names.end(), [&](const IcmpName& entry) {
        return entry.type == error.type && entry.code == error.code;
    });
    if (found != names.end()) return found->name;
    const auto end = fmt::format_to_n(scratch.begin(), scratch.size(), "type-{}-code-{}",
                                      error.type, error.code);
    return {scratch.data(), end.size};
}

}  // namespace sipping
