#include "text/time_words.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "sipping/base/parse.hpp"
#include "text/local_offset.hpp"

namespace sipping::app {
namespace {

using std::chrono::seconds;

/// Takes things off the front of a text; once something is missing, all else is too.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}
    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    bool skip(char wanted) {
        if (rest_.empty() || rest_.front() != wanted) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void need(char wanted) { ok_ = skip(wanted) && ok_; }
    int number(std::size_t digits, int low, int high) {
        const auto value = parse_count(rest_.substr(0, digits), static_cast<unsigned>(low),
                                       static_cast<unsigned>(high));
        if (!value || rest_.size() < digits) ok_ = false;
        if (!ok_) return 0;
        rest_.remove_prefix(digits);
        return static_cast<int>(*value);
    }
    /// Digits behind a point, in nanoseconds; 1 to 9 of them.
    Duration fraction() {
        std::int64_t value = 0;
        int digits = 0;
        for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; ++digits) {
            if (digits < 9) value = value * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        if (digits == 0) ok_ = false;
        for (int i = digits; i < 9; ++i)
            value *= 10;
        return Duration{value};
    }
    [[nodiscard]] std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
    bool ok_ = true;
};

bool is_slashed(std::string_view text) {
    return text.size() > 2 && text[2] == '/';
}

void scan_date(Scanner& scan, bool slashed, std::tm& time) {
    if (slashed) {  // as in the CSV
        time.tm_mday = scan.number(2, 1, 31);
        scan.need('/');
        time.tm_mon = scan.number(2, 1, 12) - 1;
        scan.need('/');
        time.tm_year = scan.number(2, 0, 99) + 100;
        return;
    }
    time.tm_year = scan.number(4, 1970, 2250) - 1900;
    scan.need('-');
    time.tm_mon = scan.number(2, 1, 12) - 1;
    scan.need('-');
    time.tm_mday = scan.number(2, 1, 31);
}

void scan_time(Scanner& scan, std::tm& time, Duration& fraction) {
    time.tm_hour = scan.number(2, 0, 23);
    scan.need(':');
    time.tm_min = scan.number(2, 0, 59);
    if (!scan.skip(':')) return;
    time.tm_sec = scan.number(2, 0, 59);
    if (scan.skip('.') || scan.skip(':')) fraction = scan.fraction();
}

/// Seconds east of UTC: "Z", "+02:00", "-0330"; nothing: local time.
std::optional<std::int32_t> scan_offset(Scanner& scan) {
    if (scan.skip('Z')) return 0;
    const bool west = scan.skip('-');
    if (!west && !scan.skip('+')) return std::nullopt;
    const int hours = scan.number(2, 0, 14);
    scan.skip(':');
    const int minutes = scan.at_end() ? 0 : scan.number(2, 0, 59);
    return (west ? -1 : 1) * (hours * 3600 + minutes * 60);
}

std::tm local_of(WallTime at) {
    const auto unix_s =
        static_cast<std::time_t>(std::chrono::floor<seconds>(at.time_since_epoch()).count());
    std::tm local{};
    ::localtime_r(&unix_s, &local);
    return local;
}

/// The other moment that has this one's local time: in the hour in which a clock was put back.
std::optional<std::int64_t> of_the_same_name(std::int64_t unix_s) {
    constexpr std::int64_t near_s = 6 * 3600;
    const std::int32_t offset = local_utc_offset(unix_s);
    for (const std::int64_t side : {-near_s, near_s}) {
        const std::int32_t other = local_utc_offset(unix_s + side);
        const std::int64_t other_s = unix_s + offset - other;
        if (other != offset && local_utc_offset(other_s) == other) return other_s;
    }
    return std::nullopt;
}

std::optional<WallTime> unix_moment(std::string_view text) {
    const auto value = parse_decimal(text);
    if (!value || *value < 1e8 || *value > 9e9) return std::nullopt;
    return WallTime{std::chrono::microseconds{static_cast<std::int64_t>(*value * 1e6)}};
}

}  // namespace

bool set_time_zone(const std::string& name) {
    std::string zone = name;
    const bool east = name.starts_with('+');
    if (east || name.starts_with('-')) {
        Scanner scan{name};
        const auto offset = scan_offset(scan);
        if (!offset || !scan.ok() || !scan.at_end()) return false;
        // POSIX counts westward: "+02:00" is "<+0200>-02:00" (tzset(3)).
        const std::int32_t minutes = (east ? *offset : -*offset) / 60;
        zone = fmt::format("<{0}{1:02}{2:02}>{3}{1:02}:{2:02}", name.front(), minutes / 60,
                           minutes % 60, east ? '-' : '+');
    } else if (name != "UTC") {
        const char* folder = std::getenv("TZDIR");
        const std::string path =
            fmt::format("{}/{}", folder != nullptr ? folder : "/usr/share/zoneinfo", name);
        struct stat status {};
        if (name.find("..") != name.npos || name.starts_with('/') ||
            ::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
            return false;
        zone = ":" + name;
    }
    ::setenv("TZ", zone.c_str(), 1);
    ::tzset();
    return true;
}

std::string zone_name(const std::string& given) {
    if (!given.empty()) return given;
    if (const char* tz = std::getenv("TZ"); tz != nullptr && *tz != '\0')
        return *tz == ':' ? tz + 1 : tz;
    std::error_code error;
    const std::string target = std::filesystem::read_symlink("/etc/localtime", error).string();
    constexpr std::string_view folder = "zoneinfo/";
    const std::size_t at = target.find(folder);
    return at == target.npos ? "UTC" : target.substr(at + folder.size());
}

bool is_time_alone(std::string_view text) {
    return text.size() > 2 && text[2] == ':';
}

std::optional<Moments> parse_moment(std::string_view text, WallTime day) {
    if (auto at = unix_moment(text)) return Moments{*at, *at};
    Scanner scan{text};
    std::tm time{};
    Duration fraction{};
    const bool dated = !is_time_alone(text);
    if (dated) {
        scan_date(scan, is_slashed(text), time);
    } else {
        const std::tm local = local_of(day);
        time.tm_year = local.tm_year;
        time.tm_mon = local.tm_mon;
        time.tm_mday = local.tm_mday;
    }
    if (!dated || scan.skip(' ') || scan.skip('T')) scan_time(scan, time, fraction);
    const std::optional<std::int32_t> offset = scan_offset(scan);
    if (!scan.ok() || !scan.at_end()) return std::nullopt;
    const int day_of_month = time.tm_mday;
    time.tm_isdst = -1;
    const std::time_t unix_s = offset ? ::timegm(&time) - *offset : ::mktime(&time);
    if (time.tm_mday != day_of_month) return std::nullopt;
    const std::int64_t other_s = offset ? unix_s : of_the_same_name(unix_s).value_or(unix_s);
    return Moments{WallTime{seconds{std::min<std::int64_t>(unix_s, other_s)} + fraction},
                   WallTime{seconds{std::max<std::int64_t>(unix_s, other_s)} + fraction}};
}

namespace {

/// "+02:00", as parse_moment() takes it.
std::string zone_words(std::int32_t offset_s) {
    const std::int32_t minutes = std::abs(offset_s) / 60;
    return fmt::format("{}{:02}:{:02}", offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

}  // namespace

std::string local_moment(WallTime at) {
    const std::tm local = local_of(at);
    const auto ms = std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch()).count();
    std::string text = fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:03}",
                                   local.tm_year + 1900, local.tm_mon + 1, local.tm_mday,
                                   local.tm_hour, local.tm_min, local.tm_sec, ms % 1000);
    if (of_the_same_name(ms / 1000)) text += zone_words(static_cast<std::int32_t>(local.tm_gmtoff));
    return text;
}

std::string date_words(std::int64_t day) {
    const std::chrono::year_month_day date{
        std::chrono::sys_days{std::chrono::days{static_cast<int>(day)}}};
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::string time_of_day(std::int32_t second) {
    return fmt::format("{:02}:{:02}", second / 3600, second % 3600 / 60);
}

std::string ms_text(Duration latency) {
    return fmt::format("{:.3f}", std::chrono::duration<double, std::milli>(latency).count());
}

std::string length_words(Duration length) {
    const auto s = std::chrono::round<seconds>(length).count();
    if (s >= 2 * 86'400) return fmt::format("{} d {} h", s / 86'400, s % 86'400 / 3600);
    if (s >= 2 * 3600) return fmt::format("{} h {} min", s / 3600, s % 3600 / 60);
    if (s >= 600) return fmt::format("{} min {} s", s / 60, s % 60);
    const double exact = std::chrono::duration<double>(length).count();
    if (s >= 100) return fmt::format("{:.0f} s", exact);
    return fmt::format("{:.{}f} s", exact, s >= 10 ? 1 : 2);
}

}  // namespace sipping::app
