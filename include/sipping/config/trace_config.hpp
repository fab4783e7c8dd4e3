// What the user asked `sipping trace` to tell. Values only, like PingConfig; times as they were
// written, like those of ReportConfig.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sipping::config {

/// "4084673539", "4084673539@site"
struct CallIdWord {
    std::uint64_t number = 0;
    std::string site;  ///< empty: any
};

/// The last of --far and --near before a word: a shell makes several words of `--far pbx.pcap*`.
enum class Behind : std::uint8_t { nothing, far, near };

struct TraceConfig {
    std::vector<std::string> logs;  ///< files and folders; "-" is standard input
    std::vector<Behind> behind;     ///< of each of them
    std::vector<std::string> far;   ///< --far: captures of the far end; "-" too
    std::vector<std::string> near;  ///< --near: of our own end
    std::string from;               ///< --from, --to
    std::string to;
    std::vector<std::string> targets;   ///< --target
    std::string zone;                   ///< --tz; empty: this box's
    std::optional<CallIdWord> call_id;  ///< --call-id
    std::optional<CallIdWord> ladder;   ///< --ladder
    std::string write_pcap;             ///< --write-pcap FILE; empty: none
    bool json = false;
    bool csv = false;
    bool quiet = false;  ///< no progress
};

/// As check(PingConfig).
[[nodiscard]] std::string check(const TraceConfig& config);

}  // namespace sipping::config
