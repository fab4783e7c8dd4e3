// What the user asked `sipping ping` to do, validated and immutable. Values only: no argument
// parser here (src/app/arguments.cpp feeds it), no files, no names resolved.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sipping/base/code_set.hpp"
#include "sipping/base/endpoint.hpp"
#include "sipping/base/instant.hpp"

namespace sipping::config {

enum class PortPolicy : std::uint8_t { rotate, fresh, fixed };
enum class CsvForm : std::uint8_t { full, classic };
enum class IoChoice : std::uint8_t { automatic, uring, epoll };
enum class Spin : std::uint8_t { automatic, on, off };
enum class AnswerTo : std::uint8_t { all, asked, none };
enum class ColorMode : std::uint8_t { automatic, always, never };

struct PingConfig {
    // The original's options.
    std::vector<std::string> targets;  ///< as given on the command line
    Duration interval = 1s;            ///< -I
    std::string user = "sipping";      ///< -u
    std::optional<std::string>
        via_address;  ///< -i, address or name put in Via; v6 without brackets
    std::string domain = "sipping.invalid";  ///< -d
    std::uint16_t port = 5060;               ///< -p
    std::uint8_t max_forwards = 70;          ///< --ttl
    std::string log_path;                    ///< -w; empty: sipping-logs/<ip>.csv
    bool log = true;                         ///< false: -w '*'
    Duration timeout = 1s;                   ///< -t
    std::uint64_t count = 0;                 ///< -c, per target; 0: endless
    bool print_sent = false;                 ///< -x
    bool print_received = false;             ///< -X
    bool quiet = false;                      ///< -q
    bool no_statistics = false;              ///< -S

    // Targets and names.
    std::optional<std::string> target_file;  ///< -f; "-": standard input
    bool all_addresses = false;
    Duration resolve_every = 5min;  ///< names are looked up again; 0: never
    std::optional<Family> family;   ///< -4 / -6

    // Pace.
    std::optional<double> rate_per_s;  ///< --rate, all targets together, instead of -I
    bool flood = false;
    std::uint32_t window = 64;  ///< --window, probes in flight with --flood
    std::optional<Duration> duration;
    Spin spin = Spin::automatic;
    bool mine = false;

    // The request.
    std::optional<std::string> user_agent;  ///< "" sends none
    std::vector<std::string> headers;
    std::string request_uri;
    std::string from;
    std::string to;
    std::string contact;  ///< "none": no Contact
    std::string site;

    // Ports and path.
    std::uint32_t ports = 1024;
    PortPolicy port_policy = PortPolicy::rotate;
    std::uint16_t port_low = 0;  ///< --port-range; 0: the kernel's ephemeral range
    std::uint16_t port_high = 0;
    std::optional<Address> bind;
    std::string device;
    std::uint8_t dscp = 0;  ///< 0..63
    IoChoice io = IoChoice::automatic;
    AnswerTo answer = AnswerTo::asked;  ///< --answer: whose requests to our ports

    // Judging and telling.
    Duration late_window = 32s;
    std::uint32_t identities = 1'000'000;  ///< --identities, limit of the table
    std::uint32_t fall = 3;
    std::uint32_t rise = 1;
    CodePolicy codes;  ///< --down-codes, --maintenance-codes
    std::optional<double> max_loss_percent;
    CsvForm csv = CsvForm::full;
    Duration rotate_every{};         ///< --rotate, whole seconds; 0: not by time
    std::uint64_t rotate_bytes = 0;  ///< --rotate, of one file; 0: not by size
    bool compress = false;           ///< files that were left, with zstd
    bool json = false;
    bool verbose = false;
    ColorMode color = ColorMode::automatic;
    bool dry_run = false;

    // What was asked for by name, where the default alone would contradict nothing.
    bool interval_given = false;
    bool ports_given = false;
    bool window_given = false;
};

/// Fits the defaults that were not asked for to the options that were: one port with --port-policy
/// fixed, no more ports than --port-range has.
void settle(PingConfig& config);

/// What contradicts or is out of range when the options are seen together ("--rate and --flood
/// exclude each other"); empty when fine. Single values were checked when they were read.
[[nodiscard]] std::string check(const PingConfig& config);

}  // namespace sipping::config
