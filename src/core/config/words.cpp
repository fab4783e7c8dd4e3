#include "sipping/config/words.hpp"

#include <algorithm>

#include "sipping/base/values.hpp"

namespace sipping::config {
namespace {

constexpr double rate_max = 1e7;
constexpr Duration rotation_max = 24h * 366;
constexpr double size_min = 1e4;
constexpr double size_max = 1e15;

bool is_letter_or_digit(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool in_range(char c, char low, char high) noexcept {
    return c >= low && c <= high;
}

/// "500MB" in bytes. Decimal units with their B, so that none is taken for minutes.
std::optional<double> parse_size(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, double>, 3> units{
        {{"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}}};
    for (const auto& [unit, bytes] : units) {
        if (!text.ends_with(unit)) continue;
        const auto count = parse_decimal(text.substr(0, text.size() - unit.size()));
        if (count) return *count * bytes;
    }
    return std::nullopt;
}

std::string read_rotation_part(std::string_view part, Duration& every, std::uint64_t& bytes) {
    if (const auto size = parse_size(part)) {
        if (*size < size_min || *size > size_max) return "must be at least 10kB, at most 1000000GB";
        if (bytes != 0) return "has two sizes, give one";
        bytes = static_cast<std::uint64_t>(*size);
        return {};
    }
    const auto time = parse_duration(part, Duration{});  // a bare number would be a guess: 0
    if (!time || *time == Duration::zero())
        return "must be a time, a size or both (e.g. 24h, 500MB, or 1h,500MB)";
    if (*time % 1s != Duration::zero() || *time > rotation_max)
        return "must be whole seconds, at most 366 days";
    if (every != Duration::zero()) return "has two times, give one";
    every = *time;
    return {};
}

}  // namespace

std::string read_text(std::string_view value, std::string& text) {
    if (value.empty()) return "must not be empty";
    text = value;
    return {};
}

std::string add_text(std::string_view value, std::vector<std::string>& texts) {
    return read_text(value, texts.emplace_back());
}

std::string read_percent(std::string_view text, double& percent) {
    const auto value = parse_decimal(text);
    if (!value || *value > 100) return "must be a percentage, 0 to 100";
    percent = *value;
    return {};
}

std::string read_rate(std::string_view text, double& rate_per_s) {
    const auto rate = parse_decimal(text);
    if (!rate || *rate <= 0 || *rate > rate_max)
        return "must be more than 0 and at most 10000000 (probes a second)";
    rate_per_s = *rate;
    return {};
}

std::string read_rate_range(std::string_view text, double& low, double& high) {
    const auto dots = text.find("..");
    const auto first = text.substr(0, dots);
    const auto last = dots == std::string_view::npos ? first : text.substr(dots + 2);
    for (const auto& [part, rate] : {std::pair{first, &low}, std::pair{last, &high}})
        if (!read_rate(part, *rate).empty())
            return "must be R1..R2, each more than 0 and at most 10000000 (e.g. 100..5000)";
    if (low > high) return "begins above its end";
    return {};
}

std::string read_run_time(std::string_view text, std::optional<Duration>& time) {
    const auto value = parse_duration(text, 1s);
    if (!value) return "not a time (e.g. 30, 90s, 5m, 2h; a bare number is seconds)";
    if (*value == Duration::zero()) return "must be more than 0 (e.g. 30, 90s, 5m, 2h)";
    time = *value;
    return {};
}

std::string read_rotation(std::string_view text, Duration& every, std::uint64_t& bytes) {
    every = {};
    bytes = 0;
    const auto comma = text.find(',');
    auto wrong = read_rotation_part(text.substr(0, comma), every, bytes);
    if (wrong.empty() && comma != std::string_view::npos)
        wrong = read_rotation_part(text.substr(comma + 1), every, bytes);
    return wrong;
}

std::string read_bind(std::string_view text, std::optional<Address>& address) {
    address = parse_address(text);
    if (address) {
        address = unmapped(*address);
        return {};
    }
    if (has_zone(text)) return "takes no zone, an IP address alone";
    const auto host = text.substr(0, text.rfind(':'));
    if (parse_address(host) || (host.starts_with('[') && host.ends_with(']')))
        return "takes no port, an IP address alone";
    return "not an IP address (of this box, v6 without brackets)";
}

std::string read_dscp(std::string_view text, std::uint8_t& dscp) {
    if (const auto number = parse_count(text, 0, 63)) {
        dscp = static_cast<std::uint8_t>(*number);
        return {};
    }
    std::string name{text};
    for (char& c : name)
        if (in_range(c, 'a', 'z')) c = static_cast<char>(c - 'a' + 'A');
    const auto digit = [&](std::size_t at) { return name[at] - '0'; };
    int value = -1;
    if (name == "EF") value = 46;
    if (name == "VA") value = 44;
    if (name == "LE") value = 1;
    if (name.size() == 3 && name.starts_with("CS") && in_range(name[2], '0', '7'))
        value = digit(2) * 8;
    if (name.size() == 4 && name.starts_with("AF") && in_range(name[2], '1', '4') &&
        in_range(name[3], '1', '3'))
        value = digit(2) * 8 + digit(3) * 2;
    if (value < 0) return "must be 0 to 63 or a name such as EF, AF31, CS3";
    dscp = static_cast<std::uint8_t>(value);
    return {};
}

std::string read_port_range(std::string_view text, std::uint16_t& low, std::uint16_t& high) {
    static constexpr std::string_view form = "must be LO-HI, ports 1 to 65535 (e.g. 20000-29999)";
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) return std::string{form};
    if (!read_port(text.substr(0, dash), low).empty()) return std::string{form};
    if (!read_port(text.substr(dash + 1), high).empty()) return std::string{form};
    if (low > high) return "begins above its end";
    return {};
}

std::string check_site(std::string_view text) {
    const bool fine =
        !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
            return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_';
        });
    return fine ? "" : "must be 1 to 64 letters, digits, '-', '.' or '_'";
}

std::string check_device(std::string_view text) {
    const bool fine = !text.empty() && text.size() <= 15 && !has_control(text) &&
                      text.find_first_of(" /") == std::string_view::npos;
    return fine ? "" : "not an interface name (e.g. eth0)";
}

std::string read_io(std::string_view text, IoChoice& io) {
    static constexpr Choices<IoChoice, 3> choices{
        {{"auto", IoChoice::automatic}, {"uring", IoChoice::uring}, {"epoll", IoChoice::epoll}}};
    return read_choice(text, choices, io);
}

}  // namespace sipping::config
